#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/manifest/report.hpp"
#include "registry/manifest/yaml_tree.hpp"
#include "registry/words.hpp"

namespace callosum::registry {

enum class Need : std::uint8_t { optional, required };

struct TextLimits {
  std::size_t max_characters = 4096;
  std::size_t max_lines = std::numeric_limits<std::size_t>::max();
};

struct NumberRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// Reads one map of a manifest key by key and reports what is missing or of the wrong type. Each
/// key asked for is a known one; `finish` reports the others. Refers to the map and the report;
/// owns neither.
class FieldReader {
 public:
  /// `path` names the map in messages: "tools.get_faqs"; empty for the whole file.
  FieldReader(const YamlNode& map, std::string path, Report& report);

  /// The node at `key`, or null; an empty value (`key:`) is reported.
  const YamlNode* find(std::string_view key, Need need = Need::optional);
  const YamlNode* find_map(std::string_view key, Need need = Need::optional);
  const YamlNode* find_list(std::string_view key, Need need = Need::optional);

  /// Text without white space around it, never empty. Nothing where it is missing or was reported.
  std::optional<std::string> text(std::string_view key, Need need = Need::optional,
                                  const TextLimits& limits = {});
  std::vector<std::string> texts(std::string_view key, const TextLimits& limits = {});
  std::optional<std::int64_t> number(std::string_view key, NumberRange range,
                                     Need need = Need::optional);
  bool flag(std::string_view key, bool otherwise);

  template <class Enum>
  std::optional<Enum> word(std::string_view key, Need need = Need::optional) {
    const auto text = word_at(key, need, words_of<Enum>());
    return text ? parse_word<Enum>(*text) : std::nullopt;
  }
  template <class Enum>
  std::vector<Enum> words(std::string_view key) {
    std::vector<Enum> out;
    for (const auto& text : words_at(key, words_of<Enum>())) out.push_back(*parse_word<Enum>(text));
    return out;
  }

  void problem(std::string_view key, std::string message) const;
  void warn(std::string_view key, std::string message) const;
  /// "tools.get_faqs.bind".
  std::string path_of(std::string_view key) const;
  int line_of(std::string_view key) const;  ///< of the map where the key is missing
  bool has(std::string_view key) const { return map_.find(key) != nullptr; }
  const YamlNode& node() const { return map_; }
  const std::string& path() const { return path_; }
  Report& report() const { return report_; }

  /// Reports each key that nobody asked for, with the nearest of those that were.
  void finish();

 private:
  const YamlNode* expect(std::string_view key, Need need, YamlNode::Kind kind,
                         std::string_view expected);
  std::optional<std::string> word_at(std::string_view key, Need need,
                                     const std::vector<std::string_view>& known);
  std::vector<std::string> words_at(std::string_view key,
                                    const std::vector<std::string_view>& known);

  const YamlNode& map_;
  std::string path_;
  Report& report_;
  std::vector<std::string_view> asked_;  // of keys that are literals in the callers
};

/// The text of a scalar that is text, trimmed and within its limits; otherwise reports at `line`.
std::optional<std::string> read_text(const YamlNode& node, int line, const std::string& field,
                                     const TextLimits& limits, Report& report);

}  // namespace callosum::registry
