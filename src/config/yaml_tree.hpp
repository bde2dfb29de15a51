#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace callosum::config {

struct YamlMember;

/// What a YAML text says, with lines kept and without anchors, tags or sharing.
struct YamlNode {
  enum class Type : std::uint8_t { null, scalar, list, map };
  Type type = Type::null;
  int line = 0;                     ///< from 1
  std::string text;                 ///< of a scalar
  std::vector<YamlNode> items;      ///< of a list
  std::vector<YamlMember> members;  ///< of a map
};

/// A key, which is a scalar, and its value.
struct YamlMember {
  YamlNode first;
  YamlNode second;
};

struct YamlLimits {
  std::size_t max_bytes = 256 * 1024;
  std::size_t max_depth = 16;
  std::size_t max_nodes = 20'000;
};

/// One document, or an empty text (null). The error's message begins with "LINE: ". Refused:
/// duplicate keys, anchors and aliases (a few of them can stand for gigabytes), tags, keys that are
/// no scalars, bad UTF-8, a second document.
Result<YamlNode> parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace callosum::config
