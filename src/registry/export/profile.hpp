#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/export/export.hpp"

namespace callosum::registry {

/// What becomes of a schema keyword on its way to a consumer.
enum class KeywordAction : std::uint8_t {
  keep,          ///< as written: no schemas inside
  keep_schema,   ///< its value is a schema
  keep_schemas,  ///< a list of schemas
  keep_map,      ///< a map of names to schemas
  to_enum,       ///< `const: x` becomes `enum: [x]`
  drop_note,  ///< says nothing of which values are valid: dropped, nothing is lost to enforcement
};

struct KeywordRule {
  std::string_view keyword;
  KeywordAction action;
};

/// Dated data of one consumer. A keyword that is not in `keywords` is dropped and reported.
struct ExportProfile {
  std::string_view name;
  std::string_view measured;  ///< when its limits were last looked at: "2026-11"
  std::size_t max_tools;
  std::size_t max_name_characters;
  std::size_t max_description_characters;
  std::span<const std::string_view> refused_at_root;
  std::span<const KeywordRule> keywords;
};

/// The tool's parameters as the profile allows them. VALIDATION where the tool cannot be carried.
Result<json::object> export_parameters(const ToolSpec& tool, const ExportProfile& profile,
                                       std::vector<Loss>& losses);

/// VALIDATION where the profile cannot carry the tool, whatever its schema says: name, description.
Result<void> check_carried(const ToolSpec& tool, const ExportProfile& profile);

}  // namespace callosum::registry
