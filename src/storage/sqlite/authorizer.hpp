#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace callosum::storage::sqlite {

/// What a statement that is being compiled wants to do. `other`: anything not named here (pragmas,
/// attach, drops, triggers, transactions, …).
enum class Action : std::uint8_t {
  select,
  recursive,
  read,
  function,
  insert,
  update,
  remove,
  create_table,
  create_index,
  reindex,
  other,
};

struct AccessRequest {
  Action action = Action::other;
  int code = 0;             ///< SQLite's own number of the action, for logs
  std::string_view table;   ///< read, insert, update, remove, create_table
  std::string_view column;  ///< read, update; empty where no column of the table is read
  std::string_view function;
  std::string_view database;  ///< "main", "temp"; empty where SQLite does not say
  std::string_view
      inside;  ///< innermost view, trigger or common table expression; empty: the statement itself
};

/// True: allowed.
using Authorizer = std::function<bool(const AccessRequest&)>;

/// "reads bookings.id", "calls load_extension": for refusals.
std::string describe(const AccessRequest& request);

}  // namespace callosum::storage::sqlite
