#include "provider/gemini/declarations.hpp"

#include <boost/json/object.hpp>

#include "base/json.hpp"
#include "registry/export/export.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr std::size_t kMaxDeclarations = 512;  // §4.1

/// The declarations of one entry: ours come exported by the registry, a client's own function tool
/// is exported here. One that cannot be carried is left out: the model never hears of it.
json::array declarations_of(const json::object& entry, const ModelTraits& traits) {
  if (const auto* ready = find_array(entry, "functionDeclarations")) return *ready;
  const auto* target = registry::find_export(traits.json_schema ? "gemini-json-schema" : "gemini");
  const auto exported = registry::export_client_tool(*target, entry);
  if (!exported || exported->empty()) return {};
  return exported->at(0).at("functionDeclarations").as_array();
}

}  // namespace

json::array declare(const json::array& tools, const ModelTraits& traits) {
  json::array out;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool) continue;
    for (auto& declaration : declarations_of(*tool, traits)) {
      if (out.size() >= kMaxDeclarations) return out;
      // Said for each, and not left to the model's own default (§5).
      if (traits.calls_go_on) declaration.as_object()["behavior"] = "NON_BLOCKING";
      out.push_back(std::move(declaration));
    }
  }
  return out;
}

}  // namespace callosum::provider::gemini
