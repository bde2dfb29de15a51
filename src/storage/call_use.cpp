#include "storage/call_use.hpp"

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kCalls = R"sql(
  SELECT count(*) AS calls FROM phone_calls
  WHERE caller = :caller AND caller <> '' AND tenant_id = :tenant_id AND started_at_ms > :since_ms
)sql";
// A call that began earlier counts from then on where it had not ended.
constexpr std::string_view kMinutes = R"sql(
  SELECT coalesce(sum(max(1, (until_ms - from_ms + 59999) / 60000)), 0) AS minutes
  FROM (
    SELECT max(started_at_ms, :since_ms) AS from_ms,
           min(:now_ms, iif(ended_at_ms > 0, ended_at_ms, started_at_ms + :longest_ms)) AS until_ms
    FROM phone_calls
    WHERE tenant_id = :tenant_id AND started_at_ms > :since_ms - :longest_ms
  )
  WHERE until_ms >= from_ms
)sql";

Result<std::int64_t> number(sqlite::Connection& connection, std::string_view sql,
                            const json::object& parameters, const char* column) {
  const auto rows = connection.query(sql, parameters);
  if (!rows) return rows.error();
  return rows->front().as_object().at(column).to_number<std::int64_t>();
}

}  // namespace

Result<CallUse> count_call_use(sqlite::Connection& connection, const CallUseOf& of) {
  const auto calls = number(
      connection, kCalls,
      {{"caller", of.caller}, {"tenant_id", of.tenant_id}, {"since_ms", of.since_ms}}, "calls");
  if (!calls) return calls.error();
  const auto minutes = number(connection, kMinutes,
                              {{"tenant_id", of.tenant_id},
                               {"since_ms", of.since_ms},
                               {"now_ms", of.now_ms},
                               {"longest_ms", of.longest_ms}},
                              "minutes");
  if (!minutes) return minutes.error();
  return CallUse{*calls, *minutes};
}

}  // namespace callosum::storage
