#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// What is switched off for a tenant.
struct EnablementRow {
  std::string tenant_id;
  std::vector<std::string> disabled;  ///< packs, and tools as "pack.tool"
  std::int64_t revision = 0;          ///< raised by each change; 0: never changed
  std::string changed_by;
};

// All of these run within the caller's transaction, on the caller's thread.

/// Of every tenant that has any.
Result<std::vector<EnablementRow>> list_enablement(sqlite::Connection& connection);
/// Nothing is switched off where nothing is recorded.
Result<EnablementRow> find_enablement(sqlite::Connection& connection, std::string_view tenant_id);
/// The row as it is then, its revision one higher.
Result<EnablementRow> save_enablement(sqlite::Connection& connection, EnablementRow row);

}  // namespace callosum::storage
