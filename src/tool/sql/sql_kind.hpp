#pragma once

#include <cstddef>
#include <memory>

#include "tool/sql/meanings.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::tool::sql {

struct SqlOptions {
  std::size_t readers = 4;
  std::size_t max_queued = 256;     ///< for all tenants; beyond it TRANSIENT
  std::size_t max_per_tenant = 64;  ///< queued and running; beyond it RATE_LIMIT
};

/// The kind "sql": one statement against the pack's tables in `database`'s file, fenced to one
/// tenant by the engine (fence.hpp), on threads of its own, interrupted at its deadline. The pack's
/// schema is installed before `make`. The kind outlives its handlers and their runs. `meanings`:
/// what ranked rows are searched by besides words; null: by words alone.
std::unique_ptr<ToolKind> make_sql_kind(storage::Database& database, const SqlOptions& options = {},
                                        std::unique_ptr<Meanings> meanings = nullptr);

}  // namespace callosum::tool::sql
