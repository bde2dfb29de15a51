#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "base/result.hpp"

namespace callosum::tool::http {

namespace json = boost::json;

/// How an answer becomes the tool's data. Immutable. Written as
/// - a JSON Pointer; or a list of them: the first that leads to something;
/// - `{field: …}`: an object, each field again one of these;
/// - `{each: /list, give: …, most: 20}`: a list, each of its entries again one of these;
/// - `{at: /place, as: FILTER}`: what a filter (filters.hpp) makes of a place;
/// - `{always: …}`: that very value.
class ResultMap {
 public:
  /// `written`: null is the whole answer. VALIDATION names the place in the map.
  static Result<ResultMap> read(const json::value* written);
  /// A field that leads to nothing is left out; a place that is nothing is null.
  json::value apply(const json::value& document) const;

 private:
  struct Node;
  using NodePtr = std::shared_ptr<const Node>;
  static Result<NodePtr> read_node(const json::value& written, int depth);
  static Result<NodePtr> read_object(const json::object& written, int depth);
  static json::value apply_node(const Node& node, const json::value& document, bool& is_there);
  static json::value apply_list(const Node& node, const json::value& document, bool& is_there);

  NodePtr root_;  ///< null: the whole
};

}  // namespace callosum::tool::http
