#include "storage/past_visits.hpp"

#include "base/json.hpp"
#include "base/short_key.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

// The ledger holds what changed something; a look-up is nothing to remember.
constexpr std::string_view kList = R"sql(
  SELECT id, created_at_ms, channel FROM realtime_sessions
  WHERE tenant_id = :tenant_id AND subject = :subject AND state = 'ended'
  ORDER BY created_at_ms DESC LIMIT :most
)sql";
constexpr std::string_view kDone = R"sql(
  SELECT coalesce(group_concat(tool_id, ', '), '') AS done FROM (
    SELECT DISTINCT tool_id FROM tool_calls
    WHERE session_short = :session_short AND tenant_id = :tenant_id AND session_id = :session_id
      AND state = 'done'
    ORDER BY tool_id LIMIT 8)
)sql";

}  // namespace

Result<std::vector<PastVisit>> list_past_visits(sqlite::Connection& connection,
                                                std::string_view tenant_id,
                                                std::string_view subject, std::int64_t most) {
  const auto rows =
      connection.query(kList, {{"tenant_id", tenant_id}, {"subject", subject}, {"most", most}});
  if (!rows) return rows.error();
  std::vector<PastVisit> out;
  for (const auto& row : *rows) {
    const auto& visit = row.as_object();
    const auto session_id = text_at(visit, "id");
    const auto done = connection.query(kDone, {{"session_short", short_key(tenant_id, session_id)},
                                               {"tenant_id", tenant_id},
                                               {"session_id", session_id}});
    if (!done) return done.error();
    out.push_back({visit.at("created_at_ms").to_number<std::int64_t>(),
                   std::string(text_at(visit, "channel")),
                   std::string(text_at(done->front().as_object(), "done"))});
  }
  return out;
}

}  // namespace callosum::storage
