#include "tool/account/account_book.hpp"

#include <boost/json/serialize.hpp>

#include "async/shared_outcome.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/database.hpp"
#include "tool/account/oauth_client.hpp"

namespace callosum::tool::account {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::AccountKey;
using storage::AccountState;
using storage::ConnectedAccount;
using storage::sqlite::Connection;

namespace {

constexpr auto kRenewTime = 20s;  // for all of a refresh, whoever waits for it
/// A service that refuses what it has just given is not asked for more at once.
constexpr auto kTrustOfReplaced = 30s;
constexpr std::size_t kMaxRefusals = 10'000;

AccountKey key_of(const registry::CallContext& context, std::string_view service) {
  return {context.tenant_id, context.subject, std::string(service),
          to_lower_ascii(context.account)};
}

Error auth(std::string sentence) {
  auto error = fail(ErrorType::auth, sentence);
  error.say = std::move(sentence);
  return error;
}

}  // namespace

std::string seal_of(const AccountKey& key, std::string_view what) {
  return json::serialize(json::array{"account", key.tenant_id, key.subject, key.service, key.email,
                                     json::string(what)});
}

AccountBook::AccountBook(const AccountGround& ground, Sealer sealer,
                         std::vector<OAuthService> services)
    : ground_(ground),
      sealer_(std::move(sealer)),
      services_(std::move(services)),
      errands_([&log = ground.log] { log.error("account_errands_ended"); }) {}

AccountBook::~AccountBook() = default;

const OAuthService* AccountBook::find_service(std::string_view name) const {
  for (const auto& service : services_) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

std::string AccountBook::title_of(std::string_view service) const {
  const auto* known = find_service(service);
  return known ? known->title : std::string(service);
}

Error AccountBook::no_longer(std::string_view service) const {
  return auth("Your " + title_of(service) +
              " account is no longer connected; connect it again to go on.");
}

asio::awaitable<Result<Secret>> AccountBook::token_for(const registry::CallContext& context,
                                                       std::string_view service,
                                                       async::Deadline deadline) {
  const auto key = key_of(context, service);
  if (!find_service(service)) co_return auth("Accounts of that kind cannot be connected here.");
  if (key.email.empty()) co_return auth("No account is selected; say which one to use.");
  auto finding = find(key, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found) {
    co_return auth("That " + title_of(service) + " account is not connected; connect it to go on.");
  }
  if ((*found)->state == AccountState::revoked) co_return no_longer(service);
  const auto kept = open(**found);
  if (!kept) co_return kept.error();
  if (!kept->is_due) co_return kept->token;
  const auto flight = join_flight(key);
  auto waiting = flight->wait(deadline);
  auto outcome = co_await std::move(waiting);
  // Near its end it is good all the same.
  const bool is_no_word = !outcome && (outcome.error().type == ErrorType::transient ||
                                       outcome.error().type == ErrorType::timeout);
  if (is_no_word && !kept->is_over) co_return kept->token;
  co_return outcome;
}

void AccountBook::on_refused(const registry::CallContext& context, std::string_view service,
                             const Secret& token) {
  const auto key = key_of(context, service);
  const std::lock_guard lock(mutex_);
  if (refusals_.size() >= kMaxRefusals && !refusals_.contains(key)) refusals_.clear();
  auto& refusal = refusals_[key];
  const auto now = ground_.time.now();
  if (refusal.replaced_at != SteadyTime::min() && now - refusal.replaced_at < kTrustOfReplaced) {
    return;
  }
  refusal.token_hash = sha256_hex(token.reveal());
}

bool AccountBook::is_refused(const AccountKey& key, const Secret& token) const {
  const std::lock_guard lock(mutex_);
  const auto at = refusals_.find(key);
  return at != refusals_.end() && !at->second.token_hash.empty() &&
         at->second.token_hash == sha256_hex(token.reveal());
}

void AccountBook::note_replaced(const AccountKey& key, const Secret& token) {
  if (!is_refused(key, token)) return;
  const std::lock_guard lock(mutex_);
  const auto at = refusals_.find(key);
  if (at == refusals_.end()) return;
  at->second.token_hash.clear();
  at->second.replaced_at = ground_.time.now();
}

Result<AccountBook::Kept> AccountBook::open(const ConnectedAccount& account) const {
  auto token = sealer_.open(account.access_token, seal_of(account.key, "access"));
  if (!token) {
    // The key has changed, or the row was tampered with: signing in anew mends both.
    ground_.log.error("account_not_opened", {{"tenant_id", account.key.tenant_id},
                                             {"subject", account.key.subject},
                                             {"service", account.key.service}});
    return no_longer(account.key.service);
  }
  const auto now_ms = epoch_ms(ground_.time.wall_now());
  const bool refused = is_refused(account.key, *token);
  return Kept{std::move(*token), refused || now_ms >= account.renew_at_ms,
              refused || now_ms >= account.expires_at_ms};
}

asio::awaitable<Result<AccountBook::Found>> AccountBook::find(AccountKey key,
                                                              async::Deadline deadline) {
  auto tenant = key.tenant_id;
  std::function<Result<Found>(Connection&)> query = [key = std::move(key)](Connection& connection) {
    return storage::find_account(connection, key);
  };
  auto reading = ground_.database.read<Found>(deadline, std::move(query), std::move(tenant));
  auto found = co_await std::move(reading);
  co_return found;
}

std::shared_ptr<AccountBook::Flight> AccountBook::join_flight(const AccountKey& key) {
  const std::lock_guard lock(mutex_);
  auto& flight = flights_[key];
  if (flight) return flight;
  flight = std::make_shared<Flight>();
  errands_.start("account", [this, key, flight] { return fly(key, flight); });
  return flight;
}

void AccountBook::land(const AccountKey& key, const std::shared_ptr<Flight>& flight,
                       Result<Secret> outcome) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = flights_.find(key);
    if (at != flights_.end() && at->second == flight) flights_.erase(at);
  }
  flight->set(std::move(outcome));
}

/// A flight lands whatever becomes of it: every later call would wait for one that was lost.
struct AccountBook::Landing {
  AccountBook& book;
  const AccountKey& key;
  const std::shared_ptr<Flight>& flight;
  Result<Secret> outcome = fail(ErrorType::internal, "the account could not be used");
  ~Landing() { book.land(key, flight, std::move(outcome)); }
};

asio::awaitable<void> AccountBook::fly(AccountKey key, std::shared_ptr<Flight> flight) {
  Landing landing{*this, key, flight};
  auto renewing = renew(key);
  landing.outcome = co_await std::move(renewing);
}

asio::awaitable<Result<Secret>> AccountBook::renew(AccountKey key) {
  const auto deadline = async::Deadline::after(ground_.time, kRenewTime);
  auto finding = find(key, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found || (*found)->state == AccountState::revoked) co_return no_longer(key.service);
  const auto& account = **found;
  // Whoever asked may have looked before the last flight landed.
  const auto kept = open(account);
  if (!kept) co_return kept.error();
  if (!kept->is_due) co_return kept->token;
  const auto refresh = sealer_.open(account.refresh_token, seal_of(key, "refresh"));
  const auto* service = find_service(key.service);
  if (!refresh || !service) co_return no_longer(key.service);
  auto refreshing = refresh_tokens(*service, *refresh, deadline);
  auto tokens = co_await std::move(refreshing);
  if (!tokens) {
    ground_.log.warn("account_not_refreshed", {{"tenant_id", key.tenant_id},
                                               {"subject", key.subject},
                                               {"service", key.service},
                                               {"type", to_string(tokens.error().type)},
                                               {"detail", tokens.error().detail}});
    if (tokens.error().type != ErrorType::auth) co_return tokens.error();
    auto ending = end_grant(account, async::Deadline::after(ground_.time, kRenewTime));
    co_return co_await std::move(ending);
  }
  // Sealed anew where it goes on: so a key that was replaced is out of use after a while.
  if (tokens->refresh_token.empty()) tokens->refresh_token = *refresh;
  auto storing = store_renewed(account, *tokens, async::Deadline::after(ground_.time, kRenewTime));
  const bool is_stored = co_await std::move(storing);
  if (is_stored) note_replaced(key, kept->token);
  co_return tokens->access_token;
}

}  // namespace callosum::tool::account
