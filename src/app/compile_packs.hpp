#pragma once

#include <memory>
#include <vector>

#include "pipeline/catalog.hpp"
#include "storage/database.hpp"

namespace callosum::app {

using Problems = std::vector<registry::LoadProblem>;

/// What packs are compiled against.
struct PackGround {
  storage::Database& database;
  const std::vector<std::unique_ptr<tool::ToolKind>>& kinds;
  bool with_demo_data = false;
};

/// Brings the packs' tables to the database and compiles every tool; null where there are problems.
/// What it adds stays where the packs are refused afterwards: tables that nobody uses.
std::shared_ptr<const pipeline::Catalog> compile_packs(
    const PackGround& ground, const std::shared_ptr<const registry::Snapshot>& snapshot,
    Problems& problems);

/// The problems that a start with these packs would have, found in a database of its own that is
/// gone afterwards.
Problems try_packs(const registry::Snapshot& snapshot);

}  // namespace callosum::app
