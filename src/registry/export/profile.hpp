#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
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

/// Which names a consumer takes: letters, digits and some signs.
struct NameRule {
  std::size_t longest = 64;
  std::string_view signs = "_-";
  bool starts_as_word = false;  ///< with a letter or `_`

  bool allows(std::string_view name) const;
  std::string to_string() const;  ///< "1 to 64 letters, digits, `_` and `-`"
};

struct ExportProfile;
using Parameters = std::variant<json::object, Refusal>;

/// Dated data of one consumer: the one place for its schema keywords, names and limits.
struct ExportProfile {
  std::string_view name;
  std::string_view measured;  ///< when its limits were last looked at: "2026-11"
  Channel channel = Channel::voice;
  bool takes_long_text = false;  ///< a tool's description after its spoken summary, where it fits
  std::size_t max_tools = 0;     ///< 0: no limit
  NameRule tool_names;
  std::optional<NameRule> argument_names;      ///< nothing: every name
  std::size_t max_description_characters = 0;  ///< 0: no limit
  std::span<const std::string_view> refused_at_root;
  /// A keyword that is not here is dropped and reported; no table: every schema passes as written.
  std::span<const KeywordRule> keywords;
  Parameters (*write_parameters)(const ToolSpec& tool, const ExportProfile& profile,
                                 std::vector<Loss>& losses);
  json::object (*declare)(const ToolSpec& tool, std::string_view text, json::object parameters);
  json::array (*gather)(json::array declarations) = nullptr;       ///< null: a list of them
  json::value (*shape_result)(std::string_view output) = nullptr;  ///< null: text as it is
};

/// The parameters keyword by keyword, as the profile's table says.
Parameters write_by_table(const ToolSpec& tool, const ExportProfile& profile,
                          std::vector<Loss>& losses);

/// The export that a profile describes. The profile outlives it.
class ProfiledExport final : public ToolExport {
 public:
  explicit ProfiledExport(const ExportProfile& profile) : profile_(profile) {}
  std::string_view name() const override { return profile_.name; }
  Channel channel() const override { return profile_.channel; }
  Result<ExportedTools> compile(std::span<const ToolSpec* const> tools) const override;
  std::optional<Refusal> find_refusal(const ToolSpec& tool) const override;
  json::value shape_result(std::string_view output) const override {
    return profile_.shape_result ? profile_.shape_result(output) : json::value(output);
  }

 private:
  std::optional<Refusal> check_outside(const ToolSpec& tool) const;
  Parameters parameters_of(const ToolSpec& tool, std::vector<Loss>& losses) const;
  std::string text_of(const ToolSpec& tool) const;

  const ExportProfile& profile_;
};

}  // namespace callosum::registry
