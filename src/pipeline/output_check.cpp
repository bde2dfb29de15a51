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
/// dropped. What a tool itself says of its list (`count`, `truncated`) stays true; nothing is added
/// that its schema does not know.
bool shorten(json::value& data, std::size_t max_bytes, registry::EnvelopeMeta& meta) {
  auto* list = list_of(data);
  if (!list || list->empty()) return false;
  const auto* object = data.if_object();
  const auto* count = object ? object->if_contains("count") : nullptr;  // of more than was read
  const bool says = count && count->is_int64() && count->get_int64() > 0;
  meta.total = std::max(list->size(), says ? static_cast<std::size_t>(count->get_int64()) : 0);
  while (!list->empty() && size_of(data) > max_bytes) {
    list->resize(list->size() - std::max<std::size_t>(1, list->size() / 8));
  }
  if (list->empty()) return false;
  meta.truncated = true;
  auto* said = object ? data.get_object().if_contains("truncated") : nullptr;
  if (said && said->is_bool()) *said = true;
  return true;
}

/// All but the last four characters of a text; anything else, and a short text, is gone.
json::value last_four(const json::value& value) {
  constexpr std::size_t kShown = 4;
  const auto* text = value.if_string();
  if (!text) return nullptr;
  std::size_t from = text->size(), shown = 0;
  while (from > 0 && shown < kShown) {
    const bool continues = (static_cast<unsigned char>((*text)[--from]) & 0xC0) == 0x80;
    if (!continues) ++shown;
  }
  return json::value(from < kShown ? "****" : "****" + std::string(text->subview(from)));
}

void mask(const registry::FieldMask& mask_of, json::value& value);

void mask(const registry::FieldMask& mask_of, json::object& object) {
  auto* field = object.if_contains(mask_of.field);
  if (field && mask_of.how == registry::Mask::hidden) object.erase(mask_of.field);
  if (field && mask_of.how == registry::Mask::last4) *field = last_four(*field);
  for (auto& member : object) mask(mask_of, member.value());
}

void mask(const registry::FieldMask& mask_of, json::value& value) {
  if (auto* object = value.if_object()) mask(mask_of, *object);
  if (auto* list = value.if_array()) {
    for (auto& item : *list) mask(mask_of, item);
  }
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
  for (const auto& field : tool.mask) {
    if (field.how != registry::Mask::log) mask(field, envelope.data);
  }
  const auto bytes = size_of(envelope.data);
  if (bytes <= max_bytes) return bytes;
  if (shorten(envelope.data, max_bytes, envelope.meta)) return size_of(envelope.data);
  envelope.error = fail(ErrorType::output_too_large,
                        "the answer is too long to give here; ask for less at a time");
  envelope.data = nullptr;
  return 0;
}

}  // namespace callosum::pipeline
