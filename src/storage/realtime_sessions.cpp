#include "storage/realtime_sessions.hpp"

#include <array>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::array<std::string_view, 2> kStates{"live", "ended"};

constexpr std::string_view kSave = R"sql(
  INSERT INTO realtime_sessions (id, provider_session_id, tenant_id, subject, channel, provider,
    registry_version, reply_path, tool_ownership, pack, current_mode, selected_account_email,
    active_tools, narrowed_to, open_questions, untrusted, answered_calls, epoch,
    resumed, is_over, state, created_at_ms, ended_at_ms, close_code)
  VALUES (:id, :provider_session_id, :tenant_id, :subject, :channel, :provider,
    :registry_version, :reply_path, :tool_ownership, :pack, :current_mode, :selected_account_email,
    :active_tools, :narrowed_to, :open_questions, :untrusted, :answered_calls, :epoch, :resumed,
    :is_over, :state, :created_at_ms, :ended_at_ms, :close_code)
  ON CONFLICT (id) DO UPDATE SET
    provider_session_id = iif(excluded.provider_session_id = '', provider_session_id,
                              excluded.provider_session_id),
    provider = excluded.provider, registry_version = excluded.registry_version,
    current_mode = excluded.current_mode, selected_account_email = excluded.selected_account_email,
    active_tools = excluded.active_tools, narrowed_to = excluded.narrowed_to,
    open_questions = excluded.open_questions, untrusted = excluded.untrusted,
    answered_calls = excluded.answered_calls,
    epoch = excluded.epoch, resumed = excluded.resumed, is_over = excluded.is_over,
    state = excluded.state, ended_at_ms = excluded.ended_at_ms, close_code = excluded.close_code
  WHERE state = 'live' OR excluded.resumed > resumed
)sql";
constexpr std::string_view kEndAll = R"sql(
  UPDATE realtime_sessions SET state = 'ended', ended_at_ms = :now WHERE state = 'live'
)sql";
// Two look-ups by index, one of each id.
constexpr std::string_view kFindLive = R"sql(
  SELECT * FROM (
    SELECT *, 0 AS kin FROM realtime_sessions
    WHERE id = :id AND subject = :subject AND state = 'live'
    UNION ALL
    SELECT *, 1 AS kin FROM realtime_sessions
    WHERE provider_session_id = :id AND provider_session_id <> '' AND id <> :id
      AND subject = :subject AND state = 'live'
  ) ORDER BY kin LIMIT 3
)sql";
constexpr std::string_view kFindOwn =
    "SELECT * FROM realtime_sessions WHERE id = :id AND subject = :subject";
constexpr std::string_view kList = R"sql(
  SELECT * FROM realtime_sessions
  WHERE tenant_id = :tenant_id AND (:state = '' OR state = :state)
  ORDER BY state DESC, created_at_ms DESC, id DESC LIMIT :limit
)sql";

RealtimeSession to_session(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  RealtimeSession out;
  out.id = text("id");
  out.provider_session_id = text("provider_session_id");
  out.tenant_id = text("tenant_id");
  out.subject = text("subject");
  out.channel = text("channel");
  out.provider = text("provider");
  out.registry_version = text("registry_version");
  out.reply_path = text("reply_path");
  out.tool_ownership = text("tool_ownership");
  out.pack = text("pack");
  out.current_mode = text("current_mode");
  out.selected_account_email = text("selected_account_email");
  out.active_tools = text("active_tools");
  out.narrowed_to = text("narrowed_to");
  out.open_questions = text("open_questions");
  out.untrusted = text("untrusted");
  out.answered_calls = text("answered_calls");
  out.is_over = row.at("is_over").to_number<std::int64_t>() != 0;
  out.epoch = row.at("epoch").to_number<std::uint64_t>();
  out.resumed = row.at("resumed").to_number<std::int64_t>();
  out.state = text_at(row, "state") == "live" ? SessionState::live : SessionState::ended;
  out.created_at_ms = row.at("created_at_ms").to_number<std::int64_t>();
  out.ended_at_ms = row.at("ended_at_ms").to_number<std::int64_t>();
  out.close_code = row.at("close_code").to_number<std::uint16_t>();
  return out;
}

Result<std::vector<RealtimeSession>> to_sessions(const Result<json::array>& rows) {
  if (!rows) return rows.error();
  std::vector<RealtimeSession> out;
  for (const auto& row : *rows) out.push_back(to_session(row.as_object()));
  return out;
}

}  // namespace

std::string_view to_string(SessionState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<void> save_session(sqlite::Connection& connection, const RealtimeSession& session) {
  const auto saved =
      connection.change(kSave, {{"id", session.id},
                                {"provider_session_id", session.provider_session_id},
                                {"tenant_id", session.tenant_id},
                                {"subject", session.subject},
                                {"channel", session.channel},
                                {"provider", session.provider},
                                {"registry_version", session.registry_version},
                                {"reply_path", session.reply_path},
                                {"tool_ownership", session.tool_ownership},
                                {"pack", session.pack},
                                {"current_mode", session.current_mode},
                                {"selected_account_email", session.selected_account_email},
                                {"active_tools", session.active_tools},
                                {"narrowed_to", session.narrowed_to},
                                {"open_questions", session.open_questions},
                                {"untrusted", session.untrusted},
                                {"answered_calls", session.answered_calls},
                                {"is_over", session.is_over ? 1 : 0},
                                {"epoch", static_cast<std::int64_t>(session.epoch)},
                                {"resumed", session.resumed},
                                {"state", to_string(session.state)},
                                {"created_at_ms", session.created_at_ms},
                                {"ended_at_ms", session.ended_at_ms},
                                {"close_code", session.close_code}});
  if (!saved) return saved.error();
  return {};
}

Result<std::size_t> end_live_sessions(sqlite::Connection& connection, std::int64_t now_ms) {
  const auto ended = connection.change(kEndAll, {{"now", now_ms}});
  if (!ended) return ended.error();
  return static_cast<std::size_t>(*ended);
}

Result<std::vector<RealtimeSession>> find_live_sessions(sqlite::Connection& connection,
                                                        std::string_view id,
                                                        std::string_view subject) {
  return to_sessions(connection.query(kFindLive, {{"id", id}, {"subject", subject}}));
}

Result<std::optional<RealtimeSession>> find_own_session(sqlite::Connection& connection,
                                                        std::string_view id,
                                                        std::string_view subject) {
  auto rows = to_sessions(connection.query(kFindOwn, {{"id", id}, {"subject", subject}}));
  if (!rows) return rows.error();
  std::optional<RealtimeSession> found;
  if (!rows->empty()) found = std::move(rows->front());
  return found;
}

Result<std::vector<RealtimeSession>> list_sessions(sqlite::Connection& connection,
                                                   const SessionFilter& filter) {
  return to_sessions(connection.query(
      kList, {{"tenant_id", filter.tenant_id}, {"state", filter.state}, {"limit", filter.limit}}));
}

}  // namespace callosum::storage
