#include "registry/export/export.hpp"

#include <algorithm>
#include <array>

#include "registry/export/openai.hpp"
#include "registry/render.hpp"

namespace callosum::registry {
namespace {

// A new export is one file and one line here.
using Make = const ToolExport& (*)();
constexpr std::array<Make, 1> kExports{openai_export};

bool is_for(const ToolSpec& tool, const Audience& audience) {
  const json::object no_arguments;
  const Access access = tool.access_for(&no_arguments);
  if (audience.is_realtime && access == Access::destructive) return false;
  const auto mode = std::min(audience.access_mode, tool.access_mode);
  if (mode == AccessMode::read_only && access != Access::read) return false;
  if (tool.min_assurance > audience.assurance) return false;
  const auto has = [](const auto& list, const auto& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  if (!has(tool.channels, audience.channel)) return false;
  if (!tool.modes.empty() && !has(tool.modes, audience.mode)) return false;
  return tool.roles.empty() ||
         std::any_of(audience.roles.begin(), audience.roles.end(),
                     [&](const std::string& role) { return has(tool.roles, role); });
}

}  // namespace

const ToolExport* find_export(std::string_view name) {
  name = name.substr(0, name.find(':'));
  for (const auto make : kExports) {
    if (make().name() == name) return &make();
  }
  return nullptr;
}

std::vector<std::string_view> export_names() {
  std::vector<std::string_view> names;
  for (const auto make : kExports) names.push_back(make().name());
  return names;
}

std::vector<const ToolSpec*> visible_tools(const Snapshot& snapshot, const Audience& audience) {
  std::vector<const ToolSpec*> out;
  for (const auto& tool : snapshot.tools()) {
    if (is_for(tool, audience)) out.push_back(&tool);
  }
  return out;
}

std::string render_export_report(const ExportedTools& exported) {
  std::string out;
  for (const auto& loss : exported.losses) {
    out += loss.tool + " " + (loss.place.empty() ? "/" : loss.place) + ": `" + loss.keyword + "` " +
           (loss.kind == Loss::Kind::dropped ? "dropped" : "rewritten") + "; " + loss.enforced +
           "\n";
  }
  out += counted(exported.tools.size(), "tool") + ", about " + counted(exported.tokens, "token") +
         ", " + std::to_string(exported.losses.size()) +
         (exported.losses.size() == 1 ? " loss\n" : " losses\n");
  return out;
}

}  // namespace callosum::registry
