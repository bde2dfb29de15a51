#include "tool/http/result_map.hpp"

#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "tool/http/filters.hpp"
#include "tool/http/json_pointer.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {

/// One of: places, fields, an element for each entry of a place, or a value.
struct ResultMap::Node {
  std::vector<JsonPointer> places;  ///< the first that leads to something
  std::vector<std::pair<std::string, NodePtr>> fields;
  NodePtr element;
  std::size_t most = 0;
  Filter filter;  ///< empty: the place as it is
  std::optional<json::value> always;
};

namespace {

constexpr int kDeepest = 8;
constexpr std::int64_t kMostEntries = 500;

Error refuse(std::string why) { return fail(ErrorType::validation, std::move(why)); }

Error at_place(std::string_view member, const Error& error) {
  return refuse(std::string(member) + ": " + error.message);
}

bool is_nothing(const json::value* value) {
  return value == nullptr || value->is_null() ||
         (value->is_string() && value->get_string().empty());
}

}  // namespace

Result<ResultMap> ResultMap::read(const json::value* written) {
  ResultMap out;
  if (written == nullptr) return out;
  auto root = read_node(*written, 1);
  if (!root) return root.error();
  out.root_ = std::move(*root);
  return out;
}

Result<ResultMap::NodePtr> ResultMap::read_node(const json::value& written, int depth) {
  if (depth > kDeepest) return refuse("too deep");
  if (const auto* map = written.if_object()) return read_object(*map, depth);
  auto node = std::make_shared<Node>();
  const auto add = [&](const json::value& place) -> Result<void> {
    const auto* text = place.if_string();
    auto pointer = JsonPointer::parse(text == nullptr ? std::string_view("?") : *text);
    if (!pointer) return pointer.error();
    node->places.push_back(std::move(*pointer));
    return {};
  };
  const auto* list = written.if_array();
  if (list != nullptr && list->empty()) return refuse("expected a JSON Pointer");
  if (list == nullptr) {
    const auto added = add(written);
    if (!added) return added.error();
    return NodePtr(std::move(node));
  }
  for (const auto& place : *list) {
    const auto added = add(place);
    if (!added) return added.error();
  }
  return NodePtr(std::move(node));
}

Result<ResultMap::NodePtr> ResultMap::read_object(const json::object& written, int depth) {
  auto node = std::make_shared<Node>();
  if (written.size() == 1 && written.contains("always")) {
    node->always = written.at("always");
    return NodePtr(std::move(node));
  }
  const bool is_list = written.contains("each") && written.contains("give");
  const bool is_filtered = written.contains("at") && written.contains("as");
  if (!is_list && !is_filtered) {
    if (written.empty()) return refuse("expected a JSON Pointer, or a map of fields to pointers");
    for (const auto& member : written) {
      auto field = read_node(member.value(), depth + 1);
      if (!field) return at_place(member.key(), field.error());
      node->fields.emplace_back(member.key(), std::move(*field));
    }
    return NodePtr(std::move(node));
  }
  RunFields fields(written, "result");
  auto place =
      JsonPointer::parse(fields.find(is_list ? "each" : "at")->is_string()
                             ? std::string_view(written.at(is_list ? "each" : "at").get_string())
                             : std::string_view("?"));
  if (!place) return at_place(is_list ? "each" : "at", place.error());
  node->places.push_back(std::move(*place));
  if (is_list) {
    auto element = read_node(*fields.find("give"), depth + 1);
    if (!element) return at_place("give", element.error());
    node->element = std::move(*element);
    node->most = static_cast<std::size_t>(fields.number("most", 50, 1, kMostEntries));
  } else {
    auto filter = read_filter(fields);
    if (!filter) return filter.error();
    node->filter = std::move(*filter);
  }
  const auto finished = fields.finish();
  if (!finished) return finished.error();
  return NodePtr(std::move(node));
}

json::value ResultMap::apply(const json::value& document) const {
  if (root_ == nullptr) return document;
  bool is_there = false;
  return apply_node(*root_, document, is_there);
}

json::value ResultMap::apply_node(const Node& node, const json::value& document, bool& is_there) {
  if (node.always) {
    is_there = true;
    return *node.always;
  }
  if (!node.fields.empty()) {
    json::object out;
    for (const auto& [name, field] : node.fields) {
      bool is_given = false;
      auto value = apply_node(*field, document, is_given);
      if (is_given) out[name] = std::move(value);
    }
    is_there = true;
    return out;
  }
  if (node.element != nullptr) return apply_list(node, document, is_there);
  const json::value* found = nullptr;
  for (const auto& place : node.places) {
    found = place.find(document);
    if (!is_nothing(found)) break;
  }
  if (found == nullptr) return nullptr;
  is_there = true;
  if (!node.filter) return *found;
  auto filtered = node.filter(*found);
  is_there = filtered.has_value();
  return filtered ? std::move(*filtered) : json::value(nullptr);
}

/// A list that is not there is an empty one: services leave out what has no entries.
json::value ResultMap::apply_list(const Node& node, const json::value& document, bool& is_there) {
  json::array out;
  is_there = true;
  const auto* found = node.places.front().find(document);
  const auto* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return out;
  for (const auto& entry : *list) {
    if (out.size() >= node.most) break;
    bool is_given = false;
    auto value = apply_node(*node.element, entry, is_given);
    if (is_given) out.push_back(std::move(value));
  }
  return out;
}

}  // namespace callosum::tool::http
