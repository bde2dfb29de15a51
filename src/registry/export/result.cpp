#include "registry/export/result.hpp"

#include "base/json.hpp"

namespace callosum::registry {
namespace {

// Of our own making, and capped where they are made; a client's own may be as large as its frames.
constexpr std::size_t kMaxOutputBytes = 16 << 20;

json::value read(std::string_view output) {
  auto value = parse_strict(output, {.max_bytes = kMaxOutputBytes, .max_depth = 64});
  return value ? std::move(*value) : json::value(output);
}

/// What failed: `ok` is false and `error` says why.
const json::object* find_error(const json::value& value) {
  const auto* object = value.if_object();
  const auto* ok = object ? object->if_contains("ok") : nullptr;
  if (ok == nullptr || !ok->is_bool() || ok->get_bool()) return nullptr;
  return find_object(*object, "error");
}

}  // namespace

json::value as_output_or_error(std::string_view output) {
  auto value = read(output);
  const auto* failure = find_error(value);
  if (failure == nullptr) return json::object{{"output", std::move(value)}};
  auto error = *failure;
  for (const auto& member : value.get_object()) {
    if (member.key() != "error") error[member.key()] = member.value();
  }
  return json::object{{"error", std::move(error)}};
}

json::value as_tool_result(std::string_view output) {
  auto value = read(output);
  const bool is_error = find_error(value) != nullptr;
  json::array content;
  content.push_back(json::object{{"type", "text"}, {"text", output}});
  json::object result{{"content", std::move(content)}, {"isError", is_error}};
  if (value.is_object()) result["structuredContent"] = std::move(value);
  return result;
}

}  // namespace callosum::registry
