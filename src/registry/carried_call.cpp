#include "registry/carried_call.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

std::optional<CarriedCall> find_carried(std::string_view name, std::string_view arguments) {
  if (name != kRunTool) return std::nullopt;
  const auto parsed = parse_strict(arguments);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* tool = object ? find_string(*object, "tool") : nullptr;
  if (!tool || tool->empty()) return std::nullopt;
  const auto* args = object->if_contains("args");
  if (args && !args->is_object()) return std::nullopt;
  for (const auto& member : *object) {
    if (member.key() != "tool" && member.key() != "args") return std::nullopt;
  }
  // One that carries itself is refused as what it is.
  if (*tool == kRunTool) return std::nullopt;
  return CarriedCall{std::string(*tool), args ? json::serialize(*args) : "{}"};
}

}  // namespace callosum::registry
