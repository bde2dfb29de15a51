#include "registry/export/gemini.hpp"

#include "registry/export/openapi_subset.hpp"
#include "registry/export/plain_keywords.hpp"
#include "registry/export/result.hpp"

namespace callosum::registry {
namespace {

json::object declare(const ToolSpec& tool, std::string_view text, std::string_view key,
                     json::object parameters) {
  json::object out{{"name", tool.name}, {"description", text}};
  // An object without properties was refused by some versions.
  const auto* properties = parameters.if_contains("properties");
  if (properties && properties->is_object() && !properties->get_object().empty()) {
    out[key] = std::move(parameters);
  }
  return out;
}

json::object declare_subset(const ToolSpec& tool, std::string_view text, json::object parameters) {
  return declare(tool, text, "parameters", std::move(parameters));
}

json::object declare_json_schema(const ToolSpec& tool, std::string_view text,
                                 json::object parameters) {
  return declare(tool, text, "parametersJsonSchema", std::move(parameters));
}

json::array gather(json::array declarations) {
  return {json::object{{"functionDeclarations", std::move(declarations)}}};
}

// protocols: Gemini Live §4.1. Of 128 characters 64 are used, so that a name is one everywhere.
constexpr NameRule kToolNames{.longest = 64, .signs = "_-", .starts_as_word = true};
constexpr NameRule kArgumentNames{.longest = 64, .signs = "_", .starts_as_word = true};
constexpr std::size_t kMostTools = 512;

constexpr ExportProfile kSubset{
    .name = "gemini",
    .measured = "2026-11",
    .max_tools = kMostTools,
    .tool_names = kToolNames,
    .argument_names = kArgumentNames,
    .refused_at_root = {},
    .keywords = {},
    .write_parameters = write_openapi_subset,
    .declare = declare_subset,
    .gather = gather,
    .shape_result = as_output_or_error,  // §2.5, §5
};

// Whether the Live backend takes it is disputed (§4.1, §14), so it is asked for by name.
constexpr ExportProfile kJsonSchema{
    .name = "gemini-json-schema",
    .measured = "2026-11",
    .max_tools = kMostTools,
    .tool_names = kToolNames,
    .argument_names = {},
    .refused_at_root = kRefusedAtRoot,
    .keywords = kPlainKeywords,
    .write_parameters = write_by_table,
    .declare = declare_json_schema,
    .gather = gather,
    .shape_result = as_output_or_error,  // §2.5, §5
};

}  // namespace

const ToolExport& gemini_export() {
  static const ProfiledExport kExport(kSubset);
  return kExport;
}

const ToolExport& gemini_json_schema_export() {
  static const ProfiledExport kExport(kJsonSchema);
  return kExport;
}

}  // namespace callosum::registry
