#include "storage/ledger.hpp"

#include <array>
#include <utility>

#include "base/json.hpp"
#include "base/short_key.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::array<std::pair<CallState, std::string_view>, 5> kStates{{
    {CallState::planned, "planned"},
    {CallState::started, "started"},
    {CallState::done, "done"},
    {CallState::failed, "failed"},
    {CallState::unknown, "unknown"},
}};

constexpr std::string_view kFind = R"sql(
  SELECT * FROM tool_calls
  WHERE session_short = :session_short AND call_short = :call_short AND tenant_id = :tenant_id
    AND session_id = :session_id AND provider = :provider AND call_key = :call_key
)sql";
// An act that failed may be tried again, as may one that was taken back; one that may have been
// done may not.
constexpr std::string_view kFindAct = R"sql(
  WITH acts AS (
    SELECT * FROM tool_calls WHERE id = (
      SELECT max(id) FROM tool_calls
      WHERE session_short = :session_short AND act_short = :act_short AND tenant_id = :tenant_id
        AND session_id = :session_id AND act = :act AND state IN ('started', 'done', 'unknown'))
  )
  SELECT * FROM acts
  WHERE NOT EXISTS (
    SELECT 1 FROM tool_calls AS later, json_each(:undone_by) AS undoing
    WHERE later.session_short = :session_short AND later.tenant_id = :tenant_id
      AND later.session_id = :session_id AND later.id > acts.id
      AND later.state = 'done' AND later.tool_id = undoing.key
      AND iif(json_valid(later.answer), json_extract(later.answer, '$.data.' || undoing.value), NULL)
        = iif(json_valid(acts.answer), json_extract(acts.answer, '$.data.' || undoing.value), NULL))
)sql";
constexpr std::string_view kCalledSince = R"sql(
  SELECT 1 FROM tool_calls
  WHERE session_short = :session_short AND tenant_id = :tenant_id AND session_id = :session_id
    AND tool_id = :tool_id AND arguments_hash = :arguments_hash AND created_at_ms >= :since LIMIT 1
)sql";
constexpr std::string_view kOpen = R"sql(
  INSERT INTO tool_calls (session_short, call_short, act_short, tenant_id, session_id, provider,
    call_key, arguments_hash, act, tool_id, tool_version, registry_version, subject, turn,
    arguments, state, answer, created_at_ms, updated_at_ms)
  VALUES (:session_short, :call_short, :act_short, :tenant_id, :session_id, :provider, :call_key,
    :arguments_hash, :act, :tool_id, :tool_version, :registry_version, :subject, :turn, :arguments,
    :state, :answer, :now, :now)
)sql";
constexpr std::string_view kMove = R"sql(
  UPDATE tool_calls SET state = :to, answer = :answer, updated_at_ms = :now
  WHERE id = :id AND state = :from
)sql";

CallState state_of(std::string_view word) {
  for (const auto& [state, name] : kStates) {
    if (name == word) return state;
  }
  return CallState::unknown;  // the table allows no other word
}

std::int64_t session_short(const LedgerCall& call) {
  return short_key(call.tenant_id, call.session_id);
}
std::int64_t call_short(const LedgerCall& call) { return short_key(call.provider, call.call_key); }

LedgerEntry to_entry(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  LedgerEntry entry;
  entry.id = row.at("id").as_int64();
  entry.call = {text("tenant_id"),
                text("session_id"),
                text("provider"),
                text("call_key"),
                text("arguments_hash"),
                text("act"),
                text("tool_id"),
                text("tool_version"),
                text("registry_version"),
                text("subject"),
                row.at("turn").to_number<std::uint64_t>(),
                text("arguments")};
  entry.state = state_of(text_at(row, "state"));
  entry.answer = text("answer");
  return entry;
}

Result<std::optional<LedgerEntry>> first_of(const Result<json::array>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<LedgerEntry>();
  return std::optional<LedgerEntry>(to_entry(rows->front().as_object()));
}

}  // namespace

std::string_view to_string(CallState state) {
  return kStates[static_cast<std::size_t>(state)].second;
}

Result<std::optional<LedgerEntry>> find_call(sqlite::Connection& connection,
                                             const LedgerCall& call) {
  const auto session = session_short(call);
  auto same = first_of(connection.query(kFind, {{"session_short", session},
                                                {"call_short", call_short(call)},
                                                {"tenant_id", call.tenant_id},
                                                {"session_id", call.session_id},
                                                {"provider", call.provider},
                                                {"call_key", call.call_key}}));
  if (!same || *same || call.act.empty()) return same;
  return first_of(connection.query(kFindAct, {{"session_short", session},
                                              {"act_short", short_key_of_act(call.act)},
                                              {"tenant_id", call.tenant_id},
                                              {"session_id", call.session_id},
                                              {"act", call.act},
                                              {"undone_by", call.undone_by}}));
}

Result<bool> was_called_since(sqlite::Connection& connection, const LedgerCall& call,
                              std::int64_t since_ms) {
  const auto rows = connection.query(kCalledSince, {{"session_short", session_short(call)},
                                                    {"tenant_id", call.tenant_id},
                                                    {"session_id", call.session_id},
                                                    {"tool_id", call.tool_id},
                                                    {"arguments_hash", call.arguments_hash},
                                                    {"since", since_ms}});
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<std::int64_t> open_call(sqlite::Connection& connection, const LedgerEntry& entry,
                               std::int64_t now_ms) {
  const auto& call = entry.call;
  const auto added = connection.query(kOpen, {{"session_short", session_short(call)},
                                              {"call_short", call_short(call)},
                                              {"act_short", short_key_of_act(call.act)},
                                              {"tenant_id", call.tenant_id},
                                              {"session_id", call.session_id},
                                              {"provider", call.provider},
                                              {"call_key", call.call_key},
                                              {"arguments_hash", call.arguments_hash},
                                              {"act", call.act},
                                              {"tool_id", call.tool_id},
                                              {"tool_version", call.tool_version},
                                              {"registry_version", call.registry_version},
                                              {"subject", call.subject},
                                              {"turn", static_cast<std::int64_t>(call.turn)},
                                              {"arguments", call.arguments},
                                              {"state", to_string(entry.state)},
                                              {"answer", entry.answer},
                                              {"now", now_ms}});
  if (!added) return added.error();
  return connection.last_row_id();
}

Result<void> move_call(sqlite::Connection& connection, std::int64_t id, CallState from,
                       CallState to, std::string_view answer, std::int64_t now_ms) {
  const auto moved = connection.change(kMove, {{"id", id},
                                               {"from", to_string(from)},
                                               {"to", to_string(to)},
                                               {"answer", answer},
                                               {"now", now_ms}});
  if (!moved) return moved.error();
  if (*moved == 1) return {};
  return fail(ErrorType::conflict, "that call is not open any more",
              "tool_calls: " + std::to_string(id) + " is not " + std::string(to_string(from)));
}

Result<std::vector<LedgerEntry>> started_calls(sqlite::Connection& connection) {
  const auto rows =
      connection.query("SELECT * FROM tool_calls WHERE state = 'started' ORDER BY id");
  if (!rows) return rows.error();
  std::vector<LedgerEntry> out;
  for (const auto& row : *rows) out.push_back(to_entry(row.as_object()));
  return out;
}

}  // namespace callosum::storage
