#include "storage/past_visits.hpp"

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

// The ledger holds what changed something; a look-up is nothing to remember.
constexpr std::string_view kList = R"sql(
  SELECT s.created_at_ms, s.channel, coalesce((
      SELECT group_concat(tool_id, ', ') FROM (
        SELECT DISTINCT tool_id FROM tool_calls t
        WHERE t.tenant_id = s.tenant_id AND t.session_id = s.id AND t.state = 'done'
        ORDER BY tool_id LIMIT 8)), '') AS done
  FROM realtime_sessions s
  WHERE s.tenant_id = :tenant_id AND s.subject = :subject AND s.state = 'ended'
  ORDER BY s.created_at_ms DESC LIMIT :most
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
    const auto& object = row.as_object();
    out.push_back({object.at("created_at_ms").to_number<std::int64_t>(),
                   std::string(text_at(object, "channel")), std::string(text_at(object, "done"))});
  }
  return out;
}

}  // namespace callosum::storage
