#include "storage/connected_accounts.hpp"

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kOfKey =
    " WHERE tenant_id = :tenant_id AND subject = :subject AND service = :service"
    " AND email = :email";
// Counted from the time on: one that was removed and is connected again is not mistaken for the
// old.
constexpr std::string_view kSave = R"sql(
  INSERT INTO connected_accounts (tenant_id, subject, service, email, scopes, access_token,
    refresh_token, expires_at_ms, renew_at_ms, state, revision, connected_at_ms, changed_at_ms)
  VALUES (:tenant_id, :subject, :service, :email, :scopes, :access_token,
    :refresh_token, :expires_at_ms, :renew_at_ms, 'connected', :now_ms, :now_ms, :now_ms)
  ON CONFLICT (tenant_id, subject, service, email) DO UPDATE SET
    scopes = excluded.scopes, access_token = excluded.access_token,
    refresh_token = excluded.refresh_token, expires_at_ms = excluded.expires_at_ms,
    renew_at_ms = excluded.renew_at_ms, state = 'connected', revision = revision + 1,
    connected_at_ms = excluded.connected_at_ms, changed_at_ms = excluded.changed_at_ms
)sql";
constexpr std::string_view kRenew = R"sql(
  UPDATE connected_accounts SET scopes = :scopes, access_token = :access_token,
    refresh_token = :refresh_token, expires_at_ms = :expires_at_ms, renew_at_ms = :renew_at_ms,
    revision = revision + 1, changed_at_ms = :now_ms
)sql";
constexpr std::string_view kRevoke = R"sql(
  UPDATE connected_accounts SET state = 'revoked', access_token = '', refresh_token = '',
    revision = revision + 1, changed_at_ms = :now_ms
)sql";
constexpr std::string_view kStillThose = " AND state = 'connected' AND revision = :revision";
constexpr std::string_view kOthers = R"sql(
  SELECT count(*) AS others FROM connected_accounts
  WHERE tenant_id = :tenant_id AND subject = :subject
    AND NOT (service = :service AND email = :email)
)sql";
constexpr std::string_view kList = R"sql(
  SELECT * FROM connected_accounts WHERE tenant_id = :tenant_id AND subject = :subject
  ORDER BY service, email
)sql";
constexpr std::string_view kAddSignIn = R"sql(
  INSERT INTO account_sign_ins (state_hash, service, tenant_id, subject, tenant_name, user_name,
    verifier, redirect_uri, return_to, expires_at_ms)
  VALUES (:state_hash, :service, :tenant_id, :subject, :tenant_name, :user_name,
    :verifier, :redirect_uri, :return_to, :expires_at_ms)
)sql";
constexpr std::string_view kMakeRoom = R"sql(
  DELETE FROM account_sign_ins WHERE state_hash IN (
    SELECT state_hash FROM account_sign_ins WHERE tenant_id = :tenant_id AND subject = :subject
    ORDER BY expires_at_ms DESC, rowid DESC LIMIT -1 OFFSET :most)
)sql";
constexpr std::string_view kFindSignIn = R"sql(
  SELECT * FROM account_sign_ins
  WHERE state_hash = :state_hash AND service = :service AND expires_at_ms > :now_ms
)sql";

json::object of_key(const AccountKey& key) {
  return {{"tenant_id", key.tenant_id},
          {"subject", key.subject},
          {"service", key.service},
          {"email", key.email}};
}

json::object of_tokens(const ConnectedAccount& account) {
  auto out = of_key(account.key);
  out["scopes"] = account.scopes;
  out["access_token"] = account.access_token;
  out["refresh_token"] = account.refresh_token;
  out["expires_at_ms"] = account.expires_at_ms;
  out["renew_at_ms"] = account.renew_at_ms;
  out["now_ms"] = account.changed_at_ms;
  return out;
}

std::int64_t number_at(const json::object& row, const char* column) {
  return row.at(column).to_number<std::int64_t>();
}

ConnectedAccount to_account(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  ConnectedAccount out;
  out.key = {text("tenant_id"), text("subject"), text("service"), text("email")};
  out.scopes = text("scopes");
  out.access_token = text("access_token");
  out.refresh_token = text("refresh_token");
  out.expires_at_ms = number_at(row, "expires_at_ms");
  out.renew_at_ms = number_at(row, "renew_at_ms");
  const bool is_connected = text_at(row, "state") == "connected";
  out.state = is_connected ? AccountState::connected : AccountState::revoked;
  out.revision = number_at(row, "revision");
  out.connected_at_ms = number_at(row, "connected_at_ms");
  out.changed_at_ms = number_at(row, "changed_at_ms");
  return out;
}

SignIn to_sign_in(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  SignIn out;
  out.state_hash = text("state_hash");
  out.service = text("service");
  out.tenant_id = text("tenant_id");
  out.subject = text("subject");
  out.tenant_name = text("tenant_name");
  out.user_name = text("user_name");
  out.verifier = text("verifier");
  out.redirect_uri = text("redirect_uri");
  out.return_to = text("return_to");
  out.expires_at_ms = number_at(row, "expires_at_ms");
  return out;
}

Result<bool> change_one(sqlite::Connection& connection, const std::string& sql,
                        const json::object& parameters) {
  const auto changed = connection.change(sql, parameters);
  if (!changed) return changed.error();
  return *changed == 1;
}

}  // namespace

std::string_view to_string(AccountState state) {
  return state == AccountState::connected ? "connected" : "revoked";
}

Result<void> save_account(sqlite::Connection& connection, const ConnectedAccount& account) {
  const auto others = connection.query(kOthers, of_key(account.key));
  if (!others) return others.error();
  if (number_at(others->front().get_object(), "others") >= kMaxAccounts) {
    return fail(ErrorType::conflict, "that would be more than " + std::to_string(kMaxAccounts) +
                                         " accounts; remove one first");
  }
  const auto saved = connection.change(kSave, of_tokens(account));
  if (!saved) return saved.error();
  return {};
}

Result<bool> renew_account(sqlite::Connection& connection, const ConnectedAccount& account) {
  auto parameters = of_tokens(account);
  parameters["revision"] = account.revision;
  return change_one(
      connection, std::string(kRenew) + std::string(kOfKey) + std::string(kStillThose), parameters);
}

Result<bool> revoke_account(sqlite::Connection& connection, const ConnectedAccount& account) {
  auto parameters = of_key(account.key);
  parameters["revision"] = account.revision;
  parameters["now_ms"] = account.changed_at_ms;
  return change_one(connection,
                    std::string(kRevoke) + std::string(kOfKey) + std::string(kStillThose),
                    parameters);
}

Result<bool> remove_account(sqlite::Connection& connection, const AccountKey& key) {
  return change_one(connection, "DELETE FROM connected_accounts" + std::string(kOfKey),
                    of_key(key));
}

Result<std::optional<ConnectedAccount>> find_account(sqlite::Connection& connection,
                                                     const AccountKey& key) {
  const auto rows =
      connection.query("SELECT * FROM connected_accounts" + std::string(kOfKey), of_key(key));
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<ConnectedAccount>();
  return std::optional(to_account(rows->front().get_object()));
}

Result<std::vector<ConnectedAccount>> list_accounts(sqlite::Connection& connection,
                                                    std::string_view tenant_id,
                                                    std::string_view subject) {
  const auto rows = connection.query(kList, {{"tenant_id", tenant_id}, {"subject", subject}});
  if (!rows) return rows.error();
  std::vector<ConnectedAccount> out;
  for (const auto& row : *rows) out.push_back(to_account(row.get_object()));
  return out;
}

Result<void> add_sign_in(sqlite::Connection& connection, const SignIn& sign_in,
                         std::int64_t now_ms) {
  const auto swept = connection.change(
      "DELETE FROM account_sign_ins WHERE expires_at_ms <= :now_ms", {{"now_ms", now_ms}});
  if (!swept) return swept.error();
  const auto made_room = connection.change(
      kMakeRoom,
      {{"tenant_id", sign_in.tenant_id}, {"subject", sign_in.subject}, {"most", kMaxSignIns - 1}});
  if (!made_room) return made_room.error();
  const auto added = connection.change(kAddSignIn, {{"state_hash", sign_in.state_hash},
                                                    {"service", sign_in.service},
                                                    {"tenant_id", sign_in.tenant_id},
                                                    {"subject", sign_in.subject},
                                                    {"tenant_name", sign_in.tenant_name},
                                                    {"user_name", sign_in.user_name},
                                                    {"verifier", sign_in.verifier},
                                                    {"redirect_uri", sign_in.redirect_uri},
                                                    {"return_to", sign_in.return_to},
                                                    {"expires_at_ms", sign_in.expires_at_ms}});
  if (!added) return added.error();
  return {};
}

Result<SignIn> find_sign_in(sqlite::Connection& connection, std::string_view service,
                            std::string_view state_hash, std::int64_t now_ms) {
  const auto rows = connection.query(
      kFindSignIn, {{"state_hash", state_hash}, {"service", service}, {"now_ms", now_ms}});
  if (!rows) return rows.error();
  if (rows->empty()) {
    return fail(ErrorType::not_found,
                "this sign-in was used already, began more than ten minutes ago, or did not begin "
                "here; start again");
  }
  return to_sign_in(rows->front().get_object());
}

Result<SignIn> take_sign_in(sqlite::Connection& connection, std::string_view service,
                            std::string_view state_hash, std::int64_t now_ms) {
  auto found = find_sign_in(connection, service, state_hash, now_ms);
  if (!found) return found.error();
  const auto taken = connection.change(
      "DELETE FROM account_sign_ins WHERE state_hash = :state_hash", {{"state_hash", state_hash}});
  if (!taken) return taken.error();
  return found;
}

}  // namespace callosum::storage
