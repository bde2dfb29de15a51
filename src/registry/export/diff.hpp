#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "registry/export/export.hpp"

namespace callosum::registry {

/// One thing that a consumer is told, or the gateway holds to, otherwise than before.
struct Change {
  enum class Kind : std::uint8_t { added, removed, changed };

  std::string tool;
  std::string place;  ///< "/parameters/properties/day", "access"; empty: the whole tool
  Kind kind = Kind::changed;
  std::string before, after;  ///< as JSON text
};

/// What has become of the tools from one version of the packs to another: what `target` is told of
/// them, and who may use them and how. Sorted by tool.
std::vector<Change> compare_snapshots(const Snapshot& before, const Snapshot& after,
                                      const ToolExport& target);
/// One line a change, long values cut; "the same" where there is none.
std::string render_changes(const std::vector<Change>& changes);
json::object encode_change(const Change& change);

/// What two consumers make of one tool.
struct ToolComparison {
  std::string tool;
  std::string refused[2];  ///< why it cannot be carried; empty: it is
  std::size_t tokens[2] = {0, 0};
  std::vector<Loss> lost[2];  ///< by this one and not by the other
};

std::vector<ToolComparison> compare_consumers(std::span<const ToolSpec* const> tools,
                                              const ToolExport& one, const ToolExport& other);
std::string render_comparison(const std::vector<ToolComparison>& comparison, std::string_view one,
                              std::string_view other);
json::object encode_comparison(const ToolComparison& comparison, std::string_view one,
                               std::string_view other);

}  // namespace callosum::registry
