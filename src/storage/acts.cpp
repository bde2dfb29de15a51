#include "storage/acts.hpp"

#include "storage/sqlite/connection.hpp"

namespace callosum::storage {

Result<bool> each_act(
    sqlite::Connection& connection, std::int64_t most,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& take) {
  // Out of the index alone.
  auto statement =
      connection.prepare("SELECT tenant_id, session_id, act FROM tool_calls WHERE act <> ''");
  if (!statement) return statement.error();
  while (true) {
    const auto stepped = statement->step();
    if (!stepped) return stepped.error();
    if (!*stepped) return true;
    if (most-- == 0) return false;
    const auto row = statement->row();
    if (!row) return row.error();
    take(row->at("tenant_id").as_string(), row->at("session_id").as_string(),
         row->at("act").as_string());
  }
}

}  // namespace callosum::storage
