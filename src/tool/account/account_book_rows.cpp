// What the book keeps, and what becomes of it.
#include "base/text.hpp"
#include "storage/database.hpp"
#include "tool/account/account_book.hpp"
#include "tool/account/oauth_client.hpp"

namespace callosum::tool::account {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::AccountKey;
using storage::AccountState;
using storage::ConnectedAccount;
using storage::sqlite::Connection;

namespace {

/// A token is renewed so long before its end that a call which begins with it also ends with it.
std::chrono::seconds margin_of(std::chrono::seconds life) {
  return std::min<std::chrono::seconds>(60s, life / 5);
}

}  // namespace

void AccountBook::fill(ConnectedAccount& account, const TokenAnswer& tokens) const {
  const auto now = ground_.time.wall_now();
  account.access_token =
      sealer_.seal(tokens.access_token, seal_of(account.key, "access"), ground_.random);
  account.refresh_token =
      sealer_.seal(tokens.refresh_token, seal_of(account.key, "refresh"), ground_.random);
  if (!tokens.scopes.empty()) account.scopes = tokens.scopes;
  account.expires_at_ms = epoch_ms(now + tokens.life);
  account.renew_at_ms = epoch_ms(now + tokens.life - margin_of(tokens.life));
  account.changed_at_ms = epoch_ms(now);
}

asio::awaitable<bool> AccountBook::store_renewed(ConnectedAccount account,
                                                 const TokenAnswer& tokens,
                                                 async::Deadline deadline) {
  fill(account, tokens);
  std::function<Result<bool>(Connection&)> change = [account](Connection& connection) {
    return storage::renew_account(connection, account);
  };
  auto writing = ground_.database.write<bool>(deadline, std::move(change), account.key.tenant_id);
  const auto written = co_await std::move(writing);
  if (written) co_return *written;
  // The token is good all the same; the next call fetches another.
  ground_.log.warn("account_not_kept", {{"tenant_id", account.key.tenant_id},
                                        {"subject", account.key.subject},
                                        {"service", account.key.service},
                                        {"type", to_string(written.error().type)}});
  co_return false;
}

asio::awaitable<Error> AccountBook::end_grant(ConnectedAccount account, async::Deadline deadline) {
  account.changed_at_ms = epoch_ms(ground_.time.wall_now());
  std::function<Result<bool>(Connection&)> change = [account](Connection& connection) {
    return storage::revoke_account(connection, account);
  };
  auto writing = ground_.database.write<bool>(deadline, std::move(change), account.key.tenant_id);
  const auto written = co_await std::move(writing);
  if (written && *written) {
    ground_.log.warn("account_revoked", {{"tenant_id", account.key.tenant_id},
                                         {"subject", account.key.subject},
                                         {"service", account.key.service}});
    tell(account.key);
  }
  co_return no_longer(account.key.service);
}

asio::awaitable<Result<std::vector<ConnectedAccount>>> AccountBook::list(std::string tenant_id,
                                                                         std::string subject,
                                                                         async::Deadline deadline) {
  using Rows = std::vector<ConnectedAccount>;
  auto tenant = tenant_id;
  std::function<Result<Rows>(Connection&)> query =
      [tenant_id = std::move(tenant_id), subject = std::move(subject)](Connection& connection) {
        return storage::list_accounts(connection, tenant_id, subject);
      };
  auto reading = ground_.database.read<Rows>(deadline, std::move(query), std::move(tenant));
  auto rows = co_await std::move(reading);
  co_return rows;
}

asio::awaitable<Result<std::vector<AccountName>>> AccountBook::connected(std::string tenant_id,
                                                                         std::string subject,
                                                                         async::Deadline deadline) {
  auto listing = list(std::move(tenant_id), std::move(subject), deadline);
  const auto rows = co_await std::move(listing);
  if (!rows) co_return rows.error();
  std::vector<AccountName> out;
  for (const auto& row : *rows) {
    const bool is_usable = row.state == AccountState::connected && find_service(row.key.service);
    if (is_usable) out.push_back({row.key.service, row.key.email});
  }
  co_return out;
}

asio::awaitable<Result<void>> AccountBook::keep(AccountKey key, TokenAnswer tokens,
                                                async::Deadline deadline) {
  ConnectedAccount account;
  account.key = std::move(key);
  fill(account, tokens);
  std::function<Result<void>(Connection&)> change = [account](Connection& connection) {
    return storage::save_account(connection, account);
  };
  auto writing = ground_.database.write<void>(deadline, std::move(change), account.key.tenant_id);
  const auto kept = co_await std::move(writing);
  if (!kept) co_return kept.error();
  ground_.log.info("account_connected", {{"tenant_id", account.key.tenant_id},
                                         {"subject", account.key.subject},
                                         {"service", account.key.service}});
  tell(account.key);
  co_return kept;
}

asio::awaitable<Result<bool>> AccountBook::revoke(const ConnectedAccount& account,
                                                  async::Deadline deadline) {
  if (account.refresh_token.empty()) co_return true;  // the service has ended it itself
  const auto* service = find_service(account.key.service);
  auto refresh = sealer_.open(account.refresh_token, seal_of(account.key, "refresh"));
  if (!service || !refresh) co_return false;
  auto revoking = revoke_token(*service, std::move(*refresh), deadline);
  const auto revoked = co_await std::move(revoking);
  if (!revoked) co_return revoked.error();
  co_return true;
}

asio::awaitable<Result<bool>> AccountBook::remove(AccountKey key, async::Deadline deadline) {
  key.email = to_lower_ascii(key.email);
  auto finding = find(key, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found) co_return fail(ErrorType::not_found, "there is no such account of yours");
  auto revoking = revoke(**found, deadline);
  const auto revoked = co_await std::move(revoking);
  if (!revoked) co_return revoked.error();
  std::function<Result<bool>(Connection&)> change = [key](Connection& connection) {
    return storage::remove_account(connection, key);
  };
  auto writing = ground_.database.write<bool>(deadline, std::move(change), key.tenant_id);
  const auto removed = co_await std::move(writing);
  if (!removed) co_return removed.error();
  if (!*revoked) {
    ground_.log.warn(
        "account_not_revoked",
        {{"tenant_id", key.tenant_id}, {"subject", key.subject}, {"service", key.service}});
  }
  ground_.log.info(
      "account_removed",
      {{"tenant_id", key.tenant_id}, {"subject", key.subject}, {"service", key.service}});
  tell(key);
  co_return *revoked;
}

void AccountBook::tell(const AccountKey& key) {
  if (auto* watcher = watcher_.load()) watcher->on_accounts_changed(key.tenant_id, key.subject);
}

}  // namespace callosum::tool::account
