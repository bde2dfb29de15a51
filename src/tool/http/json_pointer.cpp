#include "tool/http/json_pointer.hpp"

#include <charconv>

#include "base/text.hpp"

namespace callosum::tool::http {
namespace {

Result<std::string> unescape(std::string_view step) {
  std::string out;
  for (std::size_t at = 0; at < step.size(); ++at) {
    if (step[at] != '~') {
      out += step[at];
      continue;
    }
    const char next = at + 1 < step.size() ? step[++at] : ' ';
    if (next != '0' && next != '1') {
      return fail(ErrorType::validation, "a ~ is written ~0, and a / within a name ~1");
    }
    out += next == '0' ? '~' : '/';
  }
  return out;
}

const json::value* step_into(const json::value& value, const std::string& step) {
  if (const auto* object = value.if_object()) return object->if_contains(step);
  const auto* array = value.if_array();
  if (array == nullptr || step.empty() || (step[0] == '0' && step.size() > 1)) return nullptr;
  std::size_t index = 0;
  const char* const end = step.data() + step.size();
  const auto [stopped, error] = std::from_chars(step.data(), end, index);
  if (error != std::errc() || stopped != end) return nullptr;
  return array->if_contains(index);
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
  JsonPointer out;
  if (text.empty()) return out;
  if (text[0] != '/') {
    return fail(ErrorType::validation, "expected a JSON Pointer, such as /data/items/0");
  }
  for (const auto step : split(text.substr(1), '/')) {
    auto plain = unescape(step);
    if (!plain) return plain.error();
    out.steps_.push_back(std::move(*plain));
  }
  return out;
}

const json::value* JsonPointer::find(const json::value& document) const {
  const auto* at = &document;
  for (const auto& step : steps_) {
    at = step_into(*at, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<ResultMap> ResultMap::read(const json::value* written) {
  ResultMap out;
  if (written == nullptr) return out;
  if (const auto* text = written->if_string()) {
    auto pointer = JsonPointer::parse(*text);
    if (!pointer) return pointer.error();
    out.one_ = std::move(*pointer);
    return out;
  }
  const auto* map = written->if_object();
  if (map == nullptr || map->empty()) {
    return fail(ErrorType::validation, "expected a JSON Pointer, or a map of fields to pointers");
  }
  out.is_map_ = true;
  for (const auto& member : *map) {
    const auto* text = member.value().if_string();
    auto pointer = JsonPointer::parse(text == nullptr ? std::string_view("?") : *text);
    if (!pointer) {
      return fail(ErrorType::validation,
                  std::string(member.key()) + ": " + pointer.error().message);
    }
    out.fields_.emplace_back(member.key(), std::move(*pointer));
  }
  return out;
}

json::value ResultMap::apply(const json::value& document) const {
  if (!is_map_) {
    const auto* found = one_.find(document);
    return found == nullptr ? json::value(nullptr) : *found;
  }
  json::object out;
  for (const auto& [field, pointer] : fields_) {
    if (const auto* found = pointer.find(document)) out[field] = *found;
  }
  return out;
}

}  // namespace callosum::tool::http
