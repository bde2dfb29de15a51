#pragma once

#include <array>

#include "registry/export/profile.hpp"

namespace callosum::registry {

/// JSON Schema as models are shown it by consumers that do not check arguments themselves: what
/// helps to write them stays.
inline constexpr std::array<KeywordRule, 38> kPlainKeywords{{
    {"type", KeywordAction::keep},
    {"description", KeywordAction::keep},
    {"title", KeywordAction::drop_note},
    {"default", KeywordAction::keep},
    {"examples", KeywordAction::keep},
    {"enum", KeywordAction::keep},
    {"const", KeywordAction::to_enum},
    {"format", KeywordAction::keep},
    {"pattern", KeywordAction::keep},
    {"minLength", KeywordAction::keep},
    {"maxLength", KeywordAction::keep},
    {"minimum", KeywordAction::keep},
    {"maximum", KeywordAction::keep},
    {"exclusiveMinimum", KeywordAction::keep},
    {"exclusiveMaximum", KeywordAction::keep},
    {"multipleOf", KeywordAction::keep},
    {"minItems", KeywordAction::keep},
    {"maxItems", KeywordAction::keep},
    {"uniqueItems", KeywordAction::keep},
    {"minProperties", KeywordAction::keep},
    {"maxProperties", KeywordAction::keep},
    {"required", KeywordAction::keep},
    {"properties", KeywordAction::keep_map},
    {"additionalProperties", KeywordAction::keep_schema},
    {"items", KeywordAction::keep_schema},
    {"prefixItems", KeywordAction::keep_schemas},
    {"anyOf", KeywordAction::keep_schemas},
    {"oneOf", KeywordAction::keep_schemas},
    {"allOf", KeywordAction::keep_schemas},
    {"$ref", KeywordAction::keep},
    {"$defs", KeywordAction::keep_map},
    {"definitions", KeywordAction::keep_map},
    {"$schema", KeywordAction::drop_note},
    {"$id", KeywordAction::drop_note},
    {"$comment", KeywordAction::drop_note},
    {"deprecated", KeywordAction::drop_note},
    {"readOnly", KeywordAction::drop_note},
    {"writeOnly", KeywordAction::drop_note},
}};

/// What consumers of this family refuse beside the object at the root.
inline constexpr std::array<std::string_view, 5> kRefusedAtRoot{"anyOf", "oneOf", "allOf", "enum",
                                                                "not"};

/// `{type: "function", name, description, parameters}`.
inline json::object declare_flat(const ToolSpec& tool, std::string_view text,
                                 json::object parameters) {
  return {{"type", "function"},
          {"name", tool.name},
          {"description", text},
          {"parameters", std::move(parameters)}};
}

}  // namespace callosum::registry
