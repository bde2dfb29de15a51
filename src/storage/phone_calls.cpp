#include "storage/phone_calls.hpp"

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kAdd = R"sql(
  INSERT INTO phone_calls (call_sid, carrier, account_sid, tenant_id, pack, caller, called, attested,
    status, next_step, ticket, started_at_ms)
  VALUES (:call_sid, :carrier, :account_sid, :tenant_id, :pack, :caller, :called, :attested,
    :status, 1, :ticket, :started_at_ms)
  ON CONFLICT (call_sid) DO NOTHING
)sql";
constexpr std::string_view kNews = R"sql(
  UPDATE phone_calls SET status = :status,
    duration_s = iif(:duration_s < 0, duration_s, :duration_s),
    recording_url = iif(:recording_url = '', recording_url, :recording_url),
    ended_at_ms = iif(:is_final AND (ended_at_ms = 0 OR outcome = 'transferred'), :now_ms,
                      ended_at_ms)
  WHERE call_sid = :call_sid AND status = :before
)sql";
constexpr std::string_view kRecord = R"sql(
  UPDATE phone_calls SET session_id = :session_id, answered_at_ms = :answered_at_ms,
    ended_at_ms = iif(:ended_at_ms = 0, ended_at_ms, :ended_at_ms),
    transcript =
      coalesce(CAST(substr(CAST(transcript AS BLOB), 1, :transcript_kept) AS TEXT), '') || :transcript,
    timeline =
      coalesce(CAST(substr(CAST(timeline AS BLOB), 1, :timeline_kept) AS TEXT), '') || :timeline,
    tool_history =
      coalesce(CAST(substr(CAST(tool_history AS BLOB), 1, :tool_history_kept) AS TEXT), '')
      || :tool_history,
    tool_latency_ms = :tool_latency_ms,
    left_out = :left_out, intent = :intent, outcome = :outcome,
    transfer_to = :transfer_to, conversed_out = :conversed_out, confidence = :confidence,
    sentiment = iif(:step > record_step, :sentiment, coalesce(:sentiment, sentiment)),
    record_step = :step
  WHERE call_sid = :call_sid AND record_step <= :step
)sql";

// Whose columns are those that a receptionist's pack has; any other table of that name is let be.
constexpr std::string_view kHasPackCalls = R"sql(
  SELECT (SELECT count(*) FROM pragma_table_info('calls')
          WHERE name IN ('id', 'business_id', 'call_sid', 'caller_phone', 'started_at', 'ended_at',
                         'duration_seconds', 'transcript', 'intent', 'outcome', 'sentiment_score',
                         'confidence_score', 'recording_url', 'created_at')) = 14
     AND (SELECT count(*) FROM pragma_table_info('businesses') WHERE name = 'id') = 1 AS has_them
)sql";
constexpr std::string_view kCopy = R"sql(
  INSERT INTO calls (id, business_id, call_sid, caller_phone, started_at, ended_at,
    duration_seconds, transcript, intent, outcome, sentiment_score, confidence_score,
    recording_url, created_at)
  SELECT p.call_sid, p.tenant_id, p.call_sid, nullif(p.caller, ''),
    strftime('%Y-%m-%dT%H:%M:%SZ', p.started_at_ms / 1000, 'unixepoch'),
    iif(p.ended_at_ms = 0, NULL,
        strftime('%Y-%m-%dT%H:%M:%SZ', p.ended_at_ms / 1000, 'unixepoch')),
    iif(p.ended_at_ms = 0 OR p.answered_at_ms = 0, NULL,
        (p.ended_at_ms - p.answered_at_ms) / 1000),
    (SELECT group_concat(iif(json_extract(value, '$.role') = 'user', 'Caller: ', 'Assistant: ')
                         || json_extract(value, '$.text'), char(10))
     FROM json_each(iif(json_valid(p.transcript), p.transcript, '[]'))),
    nullif(p.intent, ''), nullif(p.outcome, ''), p.sentiment, p.confidence,
    nullif(p.recording_url, ''),
    strftime('%Y-%m-%dT%H:%M:%SZ', p.started_at_ms / 1000, 'unixepoch')
  FROM phone_calls p JOIN businesses b ON b.id = p.tenant_id
  WHERE p.call_sid = :call_sid
  ON CONFLICT (call_sid) DO UPDATE SET ended_at = excluded.ended_at,
    duration_seconds = excluded.duration_seconds, transcript = excluded.transcript,
    intent = excluded.intent, outcome = excluded.outcome,
    sentiment_score = excluded.sentiment_score, confidence_score = excluded.confidence_score,
    recording_url = excluded.recording_url
  WHERE business_id = excluded.business_id
)sql";

std::int64_t whole(const json::object& row, const char* column) {
  const auto* value = row.if_contains(column);
  return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

std::optional<double> score(const json::object& row, const char* column) {
  const auto* value = row.if_contains(column);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

/// From then on `newer` follows what `older` did.
void lay_list_over(const std::string& older, std::size_t older_kept, std::string& newer,
                   std::size_t& newer_kept) {
  if (newer_kept <= older_kept) return;
  newer.insert(0, older, 0, newer_kept - older_kept);
  newer_kept = older_kept;
}

json::value to_json(const std::optional<double>& score) {
  return score ? json::value(*score) : json::value(nullptr);
}

PhoneCall to_call(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  PhoneCall call;
  auto& record = call.record;
  record.call_sid = text("call_sid");
  record.session_id = text("session_id");
  record.step = static_cast<int>(whole(row, "record_step"));
  record.answered_at_ms = whole(row, "answered_at_ms");
  record.ended_at_ms = whole(row, "ended_at_ms");
  record.transcript = text("transcript");
  record.timeline = text("timeline");
  record.tool_history = text("tool_history");
  record.tool_latency_ms = whole(row, "tool_latency_ms");
  record.left_out = whole(row, "left_out");
  record.intent = text("intent");
  record.outcome = text("outcome");
  record.transfer_to = text("transfer_to");
  record.is_conversed_out = whole(row, "conversed_out") != 0;
  call.carrier = text("carrier");
  call.ticket = text("ticket");
  call.account_sid = text("account_sid");
  call.tenant_id = text("tenant_id");
  call.pack = text("pack");
  call.caller = text("caller");
  call.called = text("called");
  call.is_attested = whole(row, "attested") != 0;
  call.status = text("status");
  call.next_step = static_cast<int>(whole(row, "next_step"));
  call.started_at_ms = whole(row, "started_at_ms");
  call.duration_s = whole(row, "duration_s");
  record.sentiment = score(row, "sentiment");
  record.confidence = score(row, "confidence");
  call.recording_url = text("recording_url");
  return call;
}

}  // namespace

Result<std::optional<PhoneCall>> find_call(sqlite::Connection& connection,
                                           std::string_view call_sid) {
  const auto rows = connection.query("SELECT * FROM phone_calls WHERE call_sid = :call_sid",
                                     {{"call_sid", call_sid}});
  if (!rows) return rows.error();
  std::optional<PhoneCall> found;
  if (!rows->empty()) found = to_call(rows->front().as_object());
  return found;
}

Result<bool> add_call(sqlite::Connection& connection, const PhoneCall& call) {
  const auto added = connection.change(kAdd, {{"call_sid", call.record.call_sid},
                                              {"carrier", call.carrier},
                                              {"ticket", call.ticket},
                                              {"account_sid", call.account_sid},
                                              {"tenant_id", call.tenant_id},
                                              {"pack", call.pack},
                                              {"caller", call.caller},
                                              {"called", call.called},
                                              {"attested", call.is_attested ? 1 : 0},
                                              {"status", call.status},
                                              {"started_at_ms", call.started_at_ms}});
  if (!added) return added.error();
  return *added > 0;
}

Result<bool> take_call_step(sqlite::Connection& connection, std::string_view call_sid, int step,
                            std::string_view ticket) {
  const auto taken = connection.change(
      "UPDATE phone_calls SET next_step = :step + 1, ticket = :ticket WHERE call_sid = :call_sid"
      " AND next_step = :step",
      {{"call_sid", call_sid}, {"step", step}, {"ticket", ticket}});
  if (!taken) return taken.error();
  return *taken > 0;
}

Result<bool> save_call_news(sqlite::Connection& connection, const CallNews& news, bool is_final) {
  const auto saved = connection.change(kNews, {{"call_sid", news.call_sid},
                                               {"before", news.before},
                                               {"status", news.status},
                                               {"duration_s", news.duration_s},
                                               {"recording_url", news.recording_url},
                                               {"now_ms", news.now_ms},
                                               {"is_final", is_final ? 1 : 0}});
  if (!saved) return saved.error();
  return *saved > 0;
}

void lay_over(CallRecord& older, CallRecord newer) {
  if (newer.step < older.step) return;
  auto& kept = newer.kept;
  lay_list_over(older.transcript, older.kept.transcript, newer.transcript, kept.transcript);
  lay_list_over(older.timeline, older.kept.timeline, newer.timeline, kept.timeline);
  lay_list_over(older.tool_history, older.kept.tool_history, newer.tool_history, kept.tool_history);
  if (newer.step == older.step && !newer.sentiment) newer.sentiment = older.sentiment;
  older = std::move(newer);
}

Result<void> save_call_record(sqlite::Connection& connection, const CallRecord& record) {
  const auto saved = connection.change(kRecord, {{"call_sid", record.call_sid},
                                                 {"session_id", record.session_id},
                                                 {"step", record.step},
                                                 {"answered_at_ms", record.answered_at_ms},
                                                 {"ended_at_ms", record.ended_at_ms},
                                                 {"transcript", record.transcript},
                                                 {"timeline", record.timeline},
                                                 {"tool_history", record.tool_history},
                                                 {"transcript_kept", record.kept.transcript},
                                                 {"timeline_kept", record.kept.timeline},
                                                 {"tool_history_kept", record.kept.tool_history},
                                                 {"tool_latency_ms", record.tool_latency_ms},
                                                 {"left_out", record.left_out},
                                                 {"intent", record.intent},
                                                 {"outcome", record.outcome},
                                                 {"transfer_to", record.transfer_to},
                                                 {"conversed_out", record.is_conversed_out ? 1 : 0},
                                                 {"confidence", to_json(record.confidence)},
                                                 {"sentiment", to_json(record.sentiment)}});
  if (!saved) return saved.error();
  return {};
}

Result<void> forget_words(sqlite::Connection& connection, std::string_view call_sid) {
  const auto forgotten = connection.change(
      "UPDATE phone_calls SET transcript = '[]', timeline ="
      " (SELECT json_group_array(json_remove(value, '$.text', '$.args')) FROM"
      " json_each(iif(json_valid(timeline), timeline, '[]')))"
      " WHERE call_sid = :call_sid",
      {{"call_sid", call_sid}});
  if (!forgotten) return forgotten.error();
  return {};
}

Result<std::vector<std::string>> forget_old_words(sqlite::Connection& connection,
                                                  std::int64_t before_ms) {
  const auto found = connection.query(
      "SELECT call_sid FROM phone_calls"
      " WHERE started_at_ms < :before_ms AND ended_at_ms = 0 AND (transcript NOT IN ('', '[]')"
      "  OR timeline LIKE '%\"text\"%' OR timeline LIKE '%\"args\"%')",
      {{"before_ms", before_ms}});
  if (!found) return found.error();
  std::vector<std::string> out;
  for (const auto& row : *found) {
    out.emplace_back(text_at(row.as_object(), "call_sid"));
    const auto forgotten = forget_words(connection, out.back());
    if (!forgotten) return forgotten.error();
  }
  return out;
}

Result<void> copy_to_pack(sqlite::Connection& connection, std::string_view call_sid) {
  const auto looked = connection.query(kHasPackCalls);
  if (!looked) return looked.error();
  if (whole(looked->front().as_object(), "has_them") == 0) return {};
  const auto copied = connection.change(kCopy, {{"call_sid", call_sid}});
  if (!copied) return copied.error();
  return {};
}

void try_copy_to_pack(sqlite::Connection& connection, std::string_view call_sid,
                      telemetry::Log& log) {
  const auto copied = copy_to_pack(connection, call_sid);
  if (copied) return;
  log.warn("call_not_copied", {{"call_sid", call_sid},
                               {"reason", copied.error().message},
                               {"detail", copied.error().detail}});
}

Result<std::vector<PhoneCall>> list_calls(sqlite::Connection& connection,
                                          const CallFilter& filter) {
  const auto rows = connection.query(
      "SELECT call_sid, session_id, answered_at_ms, ended_at_ms, tool_latency_ms, left_out, intent,"
      " outcome, conversed_out, carrier, account_sid, tenant_id, pack, caller, called, attested, "
      "status,"
      " next_step, started_at_ms, duration_s, sentiment, confidence, recording_url"
      " FROM phone_calls WHERE tenant_id = :tenant_id"
      " AND (:caller = '' OR caller = :caller)"
      " ORDER BY started_at_ms DESC, call_sid DESC LIMIT :limit",
      {{"tenant_id", filter.tenant_id}, {"caller", filter.caller}, {"limit", filter.limit}});
  if (!rows) return rows.error();
  std::vector<PhoneCall> out;
  for (const auto& row : *rows) out.push_back(to_call(row.as_object()));
  return out;
}

}  // namespace callosum::storage
