#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::tool::http {

namespace json = boost::json;

/// RFC 6901. Immutable.
class JsonPointer {
 public:
  /// "" is the whole; VALIDATION for what does not begin with a slash or has a stray tilde.
  static Result<JsonPointer> parse(std::string_view text);
  /// Null where there is nothing.
  const json::value* find(const json::value& document) const;

 private:
  std::vector<std::string> steps_;
};

/// How an answer becomes the tool's data: the whole of it, one place, or an object of places.
class ResultMap {
 public:
  /// `written`: nothing (the whole), a pointer, or {field: pointer}. VALIDATION says why not.
  static Result<ResultMap> read(const json::value* written);
  /// A field that points to nothing is left out; one place that is nothing is null.
  json::value apply(const json::value& document) const;

 private:
  JsonPointer one_;
  std::vector<std::pair<std::string, JsonPointer>> fields_;
  bool is_map_ = false;
};

}  // namespace callosum::tool::http
