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

}  // namespace callosum::tool::http
