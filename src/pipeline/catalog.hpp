#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "registry/snapshot.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::pipeline {

/// The handlers of one snapshot's tools. Immutable; kept as long as a session pins the snapshot.
class Catalog {
 public:
  /// Compiles every tool by its kind. All problems are collected, each at its place in the
  /// manifest.
  static std::shared_ptr<const Catalog> make(std::shared_ptr<const registry::Snapshot> snapshot,
                                             const std::vector<tool::ToolKind*>& kinds,
                                             std::vector<registry::LoadProblem>& problems);

  const std::shared_ptr<const registry::Snapshot>& snapshot() const { return snapshot_; }
  tool::ToolHandler* find(const registry::ToolSpec& tool) const;

 private:
  std::shared_ptr<const registry::Snapshot> snapshot_;
  std::unordered_map<const registry::ToolSpec*, std::unique_ptr<tool::ToolHandler>> handlers_;
};

}  // namespace callosum::pipeline
