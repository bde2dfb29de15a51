#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// One step of the schema. Never edited once released: a change is a new step.
struct Migration {
  std::int64_t number;  ///< from 1, rising
  std::string_view name;
  std::string_view sql;
};

/// The gateway's own tables.
std::span<const Migration> gateway_migrations();

/// Applies what is not recorded in schema_migrations yet, in order, within the caller's
/// transaction. PERMANENT: a recorded step reads otherwise than ours, or the file is newer than
/// this program.
Result<void> migrate(sqlite::Connection& connection, std::span<const Migration> migrations);

/// For who only reads: PERMANENT where the file is older than the gateway's own tables are now.
Result<void> check_current(sqlite::Connection& connection);

}  // namespace callosum::storage
