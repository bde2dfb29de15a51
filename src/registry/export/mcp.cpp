#include "registry/export/mcp.hpp"

#include "registry/export/profile.hpp"
#include "registry/export/result.hpp"

namespace callosum::registry {
namespace {

/// All four, for what is left out counts as the worst (protocol: MCP §5.1).
json::object annotations_of(const ToolSpec& tool) {
  const auto access = tool.access_for(nullptr);  // by its strictest use
  // A proposal changes nothing before a person applies it.
  const bool changes = access == Access::write || access == Access::destructive;
  const bool is_own = tool.run.kind == "sql" || tool.run.kind == "builtin";
  return {{"readOnlyHint", access == Access::read},
          {"destructiveHint", changes},
          {"idempotentHint", access == Access::read || !tool.idempotency_key.empty()},
          {"openWorldHint", !is_own}};
}

json::object declare(const ToolSpec& tool, std::string_view text, json::object schema) {
  return {{"name", tool.name},
          {"description", text},
          {"inputSchema", std::move(schema)},
          {"annotations", annotations_of(tool)}};
}

// The envelope is what a call answers, so the manifest's `output` is no outputSchema. 64 letters of
// a name: what the conformance suite checks.
constexpr ExportProfile kProfile{
    .name = "mcp",
    .measured = "2026-11",
    .channel = Channel::mcp,
    .takes_long_text = true,
    .tool_names = {.longest = 64, .signs = "_.-"},
    .argument_names = {},
    .refused_at_root = {},
    .keywords = {},
    .write_parameters = write_by_table,
    .declare = declare,
    .shape_result = as_tool_result,  // §5.3
};

}  // namespace

const ToolExport& mcp_export() {
  static const ProfiledExport kExport(kProfile);
  return kExport;
}

}  // namespace callosum::registry
