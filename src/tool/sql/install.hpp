#pragma once

#include "base/result.hpp"
#include "registry/snapshot.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::tool::sql {

/// Runs the pack's schema file, where it names one and it has not run in these very words: CREATE
/// TABLE and CREATE INDEX (IF NOT EXISTS), nothing else. Blocks: for start-up, before the pack's
/// tools are made. VALIDATION says what the file may not do.
Result<void> install_pack_schema(storage::Database& database, const registry::Pack& pack);

/// Runs the pack's demo file at most once a day, since its dates are relative to the day it runs.
/// It may write the pack's own tables and `tenants`.
Result<void> install_demo_data(storage::Database& database, const registry::Pack& pack);

}  // namespace callosum::tool::sql
