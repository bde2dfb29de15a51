#include "pipeline/output_check.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::pipeline {
namespace {

std::size_t size_of(const json::value& value) { return json::serialize(value).size(); }

/// The list that a result is about: `items`, or the value itself.
json::array* list_of(json::value& data) {
  if (auto* array = data.if_array()) return array;
  auto* object = data.if_object();
  auto* items = object ? object->if_contains("items") : nullptr;
  return items ? items->if_array() : nullptr;
}

/// Drops entries from the end until it fits, and says so. False: there is nothing that could be
/// dropped.
bool shorten(json::value& data, std::size_t max_bytes) {
  auto* list = list_of(data);
  if (!list || list->empty()) return false;
  const std::size_t total = list->size();
  while (!list->empty() && size_of(data) > max_bytes) {
    list->resize(list->size() - std::max<std::size_t>(1, list->size() / 8));
  }
  if (list->empty()) return false;
  if (auto* object = data.if_object()) {
    const auto* count = object->if_contains("count");
    if (!count || !count->is_number()) (*object)["count"] = total;
    (*object)["truncated"] = true;
  }
  return true;
}

}  // namespace

std::size_t check_output(const registry::ToolSpec& tool, std::size_t max_bytes,
                         registry::Envelope& envelope) {
  if (tool.output && !tool.output->is_valid(envelope.data)) {
    const auto hints = tool.output->explain(envelope.data, 3);
    std::string detail = tool.id + " returned what its manifest does not promise";
    for (const auto& hint : hints) detail += "; " + hint.path + ": " + hint.message;
    envelope.error = fail(ErrorType::invalid_output, "the answer could not be understood", detail);
    envelope.data = nullptr;
    return 0;
  }
  const auto bytes = size_of(envelope.data);
  if (bytes <= max_bytes) return bytes;
  if (shorten(envelope.data, max_bytes)) {
    envelope.meta.truncated = true;
    return size_of(envelope.data);
  }
  envelope.error = fail(ErrorType::output_too_large,
                        "the answer is too long to give here; ask for less at a time");
  envelope.data = nullptr;
  return 0;
}

}  // namespace callosum::pipeline
