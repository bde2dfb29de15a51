#include "registry/export/export.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/export/chat.hpp"
#include "registry/export/gemini.hpp"
#include "registry/export/mcp.hpp"
#include "registry/export/openai.hpp"
#include "registry/export/xai.hpp"
#include "registry/tool_call.hpp"

namespace callosum::registry {
namespace {

// A new export is one file and one line here.
using Make = const ToolExport& (*)();
constexpr std::array<Make, 6> kExports{
    openai_export, xai_export, gemini_export, gemini_json_schema_export, chat_export, mcp_export};

}  // namespace

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
  if (!is_among(audience.channel, tool.channels)) return false;
  if (!tool.modes.empty() && !has(tool.modes, audience.mode)) return false;
  return tool.roles.empty() ||
         std::any_of(audience.roles.begin(), audience.roles.end(),
                     [&](const std::string& role) { return has(tool.roles, role); });
}

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

std::vector<const ToolSpec*> listed_tools(const Snapshot& snapshot, const ToolExport& target) {
  std::vector<const ToolSpec*> out;
  const json::object no_arguments;
  const bool is_realtime = target.channel() == Channel::voice;
  const auto channel = is_realtime ? Channel::phone : target.channel();  // of voices the widest
  for (const auto& tool : snapshot.tools()) {
    if (!is_among(channel, tool.channels)) continue;
    if (is_realtime && tool.access_for(&no_arguments) == Access::destructive) continue;
    out.push_back(&tool);
  }
  return out;
}

Result<json::array> export_client_tool(const ToolExport& target, const json::object& tool) {
  ToolSpec spec;
  spec.name = text_at(tool, "name");
  spec.summary = spec.description = text_at(tool, "description");
  const auto* parameters = find_object(tool, "parameters");
  spec.input_schema = {{"type", "object"}, {"properties", json::object{}}};
  if (parameters && !parameters->empty()) spec.input_schema = *parameters;
  const ToolSpec* const one[] = {&spec};
  // A stranger's: what is no schema is not for an export to make sense of.
  const auto compiled = compile_schema(spec.input_schema);
  if (!compiled) {
    return fail(ErrorType::validation,
                spec.name + ": its parameters are no JSON Schema: " + compiled.error().message);
  }
  auto exported = target.compile(one);
  if (!exported) return exported.error();
  return std::move(exported->tools);
}

}  // namespace callosum::registry
