#include "registry/export/openai.hpp"

#include <array>

#include "registry/export/profile.hpp"
#include "registry/json_text.hpp"

namespace callosum::registry {
namespace {

using Act = KeywordAction;

constexpr std::array<std::string_view, 5> kRefusedAtRoot{"anyOf", "oneOf", "allOf", "enum", "not"};

// Arguments are not checked by the provider: what stays is what helps a model to write them.
constexpr std::array<KeywordRule, 38> kKeywords{{
    {"type", Act::keep},
    {"description", Act::keep},
    {"title", Act::drop_note},
    {"default", Act::keep},
    {"examples", Act::keep},
    {"enum", Act::keep},
    {"const", Act::to_enum},
    {"format", Act::keep},
    {"pattern", Act::keep},
    {"minLength", Act::keep},
    {"maxLength", Act::keep},
    {"minimum", Act::keep},
    {"maximum", Act::keep},
    {"exclusiveMinimum", Act::keep},
    {"exclusiveMaximum", Act::keep},
    {"multipleOf", Act::keep},
    {"minItems", Act::keep},
    {"maxItems", Act::keep},
    {"uniqueItems", Act::keep},
    {"minProperties", Act::keep},
    {"maxProperties", Act::keep},
    {"required", Act::keep},
    {"properties", Act::keep_map},
    {"additionalProperties", Act::keep_schema},
    {"items", Act::keep_schema},
    {"prefixItems", Act::keep_schemas},
    {"anyOf", Act::keep_schemas},
    {"oneOf", Act::keep_schemas},
    {"allOf", Act::keep_schemas},
    {"$ref", Act::keep},
    {"$defs", Act::keep_map},
    {"definitions", Act::keep_map},
    {"$schema", Act::drop_note},
    {"$id", Act::drop_note},
    {"$comment", Act::drop_note},
    {"deprecated", Act::drop_note},
    {"readOnly", Act::drop_note},
    {"writeOnly", Act::drop_note},
}};

// protocols: 128 tools is the limit of the other OpenAI surfaces, 1,024 characters their
// description's.
constexpr ExportProfile kProfile{
    .name = "openai",
    .measured = "2026-11",
    .max_tools = 128,
    .max_name_characters = 64,
    .max_description_characters = 1024,
    .refused_at_root = kRefusedAtRoot,
    .keywords = kKeywords,
};

class OpenAiExport final : public ToolExport {
 public:
  std::string_view name() const override { return kProfile.name; }

  Result<ExportedTools> compile(std::span<const ToolSpec* const> tools) const override {
    if (tools.size() > kProfile.max_tools) {
      return fail(ErrorType::validation, "openai takes at most " +
                                             std::to_string(kProfile.max_tools) + " tools, found " +
                                             std::to_string(tools.size()));
    }
    ExportedTools out;
    for (const auto* tool : tools) {
      if (auto carried = check_carried(*tool, kProfile); !carried) return carried.error();
      auto parameters = export_parameters(*tool, kProfile, out.losses);
      if (!parameters) return parameters.error();
      out.tools.push_back({{"type", "function"},
                           {"name", tool->name},
                           {"description", tool->summary},
                           {"parameters", std::move(*parameters)}});
    }
    out.text = to_json_text(out.tools);
    out.tokens = (out.text.size() + 3) / 4;
    return out;
  }
};

}  // namespace

const ToolExport& openai_export() {
  static const OpenAiExport kExport;
  return kExport;
}

}  // namespace callosum::registry
