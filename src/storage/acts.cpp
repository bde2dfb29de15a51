#include "storage/acts.hpp"

#include "storage/sqlite/connection.hpp"

namespace callosum::storage {

Result<bool> each_act(sqlite::Connection& connection, std::int64_t most,
                      const std::function<void(std::int64_t, std::int64_t)>& take) {
  // Out of the index alone, which is no longer than is asked for.
  auto statement = connection.prepare("SELECT session_short, act_short FROM tool_calls");
  if (!statement) return statement.error();
  while (true) {
    const auto stepped = statement->step();
    if (!stepped) return stepped.error();
    if (!*stepped) return true;
    if (most-- == 0) return false;
    const auto row = statement->row();
    if (!row) return row.error();
    if (row->at("act_short").as_int64() == 0) continue;
    take(row->at("session_short").as_int64(), row->at("act_short").as_int64());
  }
}

}  // namespace callosum::storage
