#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/key_table.hpp"
#include "config/load.hpp"
#include "config/yaml_tree.hpp"

namespace callosum::config {

/// Where values come from while they are read.
struct Source {
  std::string file;              ///< named in problems; empty: a --set
  std::filesystem::path folder;  ///< relative paths are taken from here; empty: left as they are
  std::string origin_of(const YamlNode& node) const;  ///< "callosum.yaml:12" or "--set"
};

/// Reads `node` into the row's slot. False where it is wrong, and then `problems` says why.
bool read_value(const KeySpec& spec, const std::string& key, const YamlNode& node,
                const Source& source, Slot slot, std::vector<Problem>& problems);

/// The node that the text of a --set stands for: lists are written [a, b] or a,b.
Result<YamlNode> node_of_text(const KeySpec& spec, std::string_view text);

}  // namespace callosum::config
