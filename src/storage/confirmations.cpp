#include "storage/confirmations.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::array<std::string_view, 4> kStates{"open", "agreed", "denied", "used"};
constexpr std::array<std::string_view, 3> kWays{"click", "keypad", "channel"};

constexpr std::string_view kOfCall = R"sql(
  SELECT * FROM confirmations
  WHERE tenant_id = :tenant_id AND session_id = :session_id AND tool_id = :tool_id
    AND arguments_hash = :arguments_hash AND subject = :subject AND expires_at_ms > :now_ms
  ORDER BY created_at_ms DESC, rowid DESC
)sql";
// Everything that it was given for is asked again by the statement that uses it up.
constexpr std::string_view kUse = R"sql(
  UPDATE confirmations SET state = 'used', used_at_ms = :now_ms
  WHERE id = :id AND state = 'agreed' AND tenant_id = :tenant_id AND session_id = :session_id
    AND tool_id = :tool_id AND arguments_hash = :arguments_hash AND subject = :subject
    AND expires_at_ms > :now_ms
)sql";
constexpr std::string_view kMakeRoom = R"sql(
  DELETE FROM confirmations WHERE id IN (
    SELECT id FROM confirmations
    WHERE tenant_id = :tenant_id AND session_id = :session_id AND state = 'open'
    ORDER BY created_at_ms DESC, rowid DESC LIMIT -1 OFFSET :most)
)sql";
constexpr std::string_view kAdd = R"sql(
  INSERT INTO confirmations (id, tenant_id, session_id, subject, tool_id, tool, arguments_hash,
    arguments, preview, state, expires_at_ms, created_at_ms)
  VALUES (:id, :tenant_id, :session_id, :subject, :tool_id, :tool, :arguments_hash,
    :arguments, :preview, 'open', :expires_at_ms, :created_at_ms)
)sql";
constexpr std::string_view kFind = R"sql(
  SELECT confirmations.*, tenants.slug AS tenant_slug,
    coalesce((SELECT pack FROM realtime_sessions AS s WHERE s.id = confirmations.session_id),
             substr(tool_id, 1, instr(tool_id, '.') - 1)) AS pack
  FROM confirmations LEFT JOIN tenants ON tenants.id = confirmations.tenant_id
  WHERE confirmations.id = :id AND confirmations.subject = :subject
)sql";
constexpr std::string_view kListOpen = R"sql(
  SELECT confirmations.*, tenants.slug AS tenant_slug,
    coalesce((SELECT pack FROM realtime_sessions AS s WHERE s.id = confirmations.session_id),
             substr(tool_id, 1, instr(tool_id, '.') - 1)) AS pack
  FROM confirmations LEFT JOIN tenants ON tenants.id = confirmations.tenant_id
  WHERE confirmations.subject = :subject AND state = 'open' AND expires_at_ms > :now_ms
  ORDER BY created_at_ms DESC, confirmations.rowid DESC LIMIT :limit
)sql";
constexpr std::string_view kAnswer = R"sql(
  UPDATE confirmations SET state = :state, decided_by = :subject, how = :how,
    decided_at_ms = :now_ms
  WHERE id = :id AND state = 'open' AND tenant_id = :tenant_id AND subject = :subject
    AND expires_at_ms > :now_ms
)sql";

Confirmation to_confirmation(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  const auto number = [&row](const char* column) {
    return row.at(column).to_number<std::int64_t>();
  };
  Confirmation out;
  out.id = text("id");
  out.tenant_id = text("tenant_id");
  out.tenant_slug = text("tenant_slug");
  out.pack = text("pack");
  out.session_id = text("session_id");
  out.subject = text("subject");
  out.tool_id = text("tool_id");
  out.tool = text("tool");
  out.arguments_hash = text("arguments_hash");
  out.arguments = text("arguments");
  out.preview = text("preview");
  const auto state = std::find(kStates.begin(), kStates.end(), text_at(row, "state"));
  out.state = static_cast<ConfirmationState>(state - kStates.begin());
  out.decided_by = text("decided_by");
  out.how = text("how");
  out.expires_at_ms = number("expires_at_ms");
  out.created_at_ms = number("created_at_ms");
  out.decided_at_ms = number("decided_at_ms");
  out.used_at_ms = number("used_at_ms");
  return out;
}

Result<std::vector<Confirmation>> find_all(sqlite::Connection& connection, std::string_view sql,
                                           const json::object& parameters) {
  const auto rows = connection.query(sql, parameters);
  if (!rows) return rows.error();
  std::vector<Confirmation> out;
  for (const auto& row : *rows) out.push_back(to_confirmation(row.as_object()));
  return out;
}

Result<SettledConfirmation> use(sqlite::Connection& connection, Confirmation agreed,
                                json::object of_call) {
  of_call["id"] = agreed.id;
  const auto used = connection.change(kUse, of_call);
  if (!used) return used.error();
  if (*used != 1) return fail(ErrorType::conflict, "that was confirmed for another call");
  agreed.state = ConfirmationState::used;
  return SettledConfirmation{std::move(agreed)};
}

Result<SettledConfirmation> add(sqlite::Connection& connection, const Confirmation& wanted) {
  const auto made_room = connection.change(kMakeRoom, {{"tenant_id", wanted.tenant_id},
                                                       {"session_id", wanted.session_id},
                                                       {"most", kMaxOpenConfirmations - 1}});
  if (!made_room) return made_room.error();
  const auto added = connection.change(kAdd, {{"id", wanted.id},
                                              {"tenant_id", wanted.tenant_id},
                                              {"session_id", wanted.session_id},
                                              {"subject", wanted.subject},
                                              {"tool_id", wanted.tool_id},
                                              {"tool", wanted.tool},
                                              {"arguments_hash", wanted.arguments_hash},
                                              {"arguments", wanted.arguments},
                                              {"preview", wanted.preview},
                                              {"expires_at_ms", wanted.expires_at_ms},
                                              {"created_at_ms", wanted.created_at_ms}});
  if (!added) return added.error();
  return SettledConfirmation{wanted, true};
}

}  // namespace

std::string_view to_string(ConfirmationState state) {
  return kStates[static_cast<std::size_t>(state)];
}
std::string_view to_string(ConfirmationWay way) { return kWays[static_cast<std::size_t>(way)]; }

Result<SettledConfirmation> settle_confirmation(sqlite::Connection& connection,
                                                const Confirmation& wanted) {
  json::object of_call{{"tenant_id", wanted.tenant_id},  {"session_id", wanted.session_id},
                       {"subject", wanted.subject},      {"tool_id", wanted.tool_id},
                       {"now_ms", wanted.created_at_ms}, {"arguments_hash", wanted.arguments_hash}};
  auto found = find_all(connection, kOfCall, of_call);
  if (!found) return found.error();
  std::int64_t denials = 0;
  for (auto& row : *found) {
    if (row.state == ConfirmationState::agreed) {
      return use(connection, std::move(row), std::move(of_call));
    }
    if (row.state == ConfirmationState::open) return SettledConfirmation{std::move(row)};
    if (row.state == ConfirmationState::denied && ++denials >= kMaxDenials) {
      return SettledConfirmation{std::move(row)};
    }
  }
  return add(connection, wanted);
}

Result<Confirmation> answer_confirmation(sqlite::Connection& connection,
                                         const ConfirmationAnswer& answer, std::int64_t now_ms) {
  auto found = find_confirmation(connection, answer.id, answer.subject);
  if (!found) return found.error();
  const bool is_theirs = found->tenant_id == answer.tenant_id &&
                         (answer.session_id.empty() || found->session_id == answer.session_id);
  if (!is_theirs) return fail(ErrorType::not_found, "there is no such confirmation");
  if (found->state != ConfirmationState::open) {
    return fail(ErrorType::conflict, "that confirmation has been answered already");
  }
  if (found->expires_at_ms <= now_ms) {
    return fail(ErrorType::conflict, "that confirmation has expired; it has to be asked for again");
  }
  found->state = answer.agrees ? ConfirmationState::agreed : ConfirmationState::denied;
  found->decided_by = answer.subject;
  found->how = to_string(answer.how);
  found->decided_at_ms = now_ms;
  const auto changed = connection.change(kAnswer, {{"id", answer.id},
                                                   {"tenant_id", answer.tenant_id},
                                                   {"subject", answer.subject},
                                                   {"state", to_string(found->state)},
                                                   {"how", found->how},
                                                   {"now_ms", now_ms}});
  if (!changed) return changed.error();
  if (*changed == 1) return found;
  return fail(ErrorType::conflict, "that confirmation has been answered already");
}

Result<Confirmation> find_confirmation(sqlite::Connection& connection, std::string_view id,
                                       std::string_view subject) {
  auto found = find_all(connection, kFind, {{"id", id}, {"subject", subject}});
  if (!found) return found.error();
  if (found->empty()) return fail(ErrorType::not_found, "there is no such confirmation");
  return std::move(found->front());
}

Result<std::vector<Confirmation>> list_open_confirmations(sqlite::Connection& connection,
                                                          std::string_view subject,
                                                          std::int64_t now_ms, std::int64_t limit) {
  return find_all(connection, kListOpen,
                  {{"subject", subject}, {"now_ms", now_ms}, {"limit", limit}});
}

}  // namespace callosum::storage
