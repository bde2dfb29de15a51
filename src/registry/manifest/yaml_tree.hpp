#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/manifest/report.hpp"

namespace callosum::registry {

struct YamlMember;

/// One node of a manifest with the line it stands on. YAML without tags, merge keys and second
/// documents; an alias is a copy of what it names, with the lines of that, up to a mebibyte of
/// copies a file.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };

  Kind kind = Kind::null;
  std::string text;       ///< of a scalar
  bool is_plain = false;  ///< not quoted, no block scalar: its type follows from its spelling
  int line = 0;
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;

  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }
  const YamlMember* find(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  int line = 0;  ///< of the key
  YamlNode value;
};

constexpr std::size_t kMaxManifestBytes = 1 << 20;
constexpr std::size_t kMaxManifestDepth = 32;

/// The one document in `text`. Nothing where it cannot be read at all; duplicate keys are reported,
/// and the first of them stays, so that the rest can be checked too.
std::optional<YamlNode> parse_yaml(std::string_view text, Report& report);

/// By the YAML 1.2 core schema: a quoted scalar is text, a plain one null, true, 12, 0x1f, 1.5 or
/// else text. Dates stay text.
boost::json::value to_json(const YamlNode& node);

/// "text", "a number", "true or false", "a list", "a map", "nothing": for messages.
std::string_view describe(const YamlNode& node);

}  // namespace callosum::registry
