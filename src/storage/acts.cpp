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
    const auto session = statement->column(0), act = statement->column(1);
    if (!session) return session.error();
    if (!act) return act.error();
    if (act->as_int64() != 0) take(session->as_int64(), act->as_int64());
  }
}

}  // namespace callosum::storage
