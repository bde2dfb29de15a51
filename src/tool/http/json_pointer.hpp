#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
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
  json::value* find(json::value& document) const {
    return const_cast<json::value*>(find(std::as_const(document)));
  }

 private:
  std::vector<std::string> steps_;
};

}  // namespace callosum::tool::http
