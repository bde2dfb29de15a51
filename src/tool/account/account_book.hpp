#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/task_thread.hpp"
#include "base/random.hpp"
#include "base/sealer.hpp"
#include "storage/connected_accounts.hpp"
#include "telemetry/log.hpp"
#include "tool/account/account_watcher.hpp"
#include "tool/account/oauth_wire.hpp"
#include "tool/account_tokens.hpp"

namespace callosum::storage {
class Database;
}
namespace callosum::async {
template <class T>
class SharedOutcome;
}

namespace callosum::tool::account {

/// What an AccountBook stands on; outlives it.
struct AccountGround {
  storage::Database& database;
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;
};

/// An account that can be used.
struct AccountName {
  std::string service;  ///< "google"
  std::string email;
  auto operator<=>(const AccountName&) const = default;
};

/// The accounts that people have connected, and their tokens: sealed at rest, refreshed once for
/// all who wait, on a thread of its own. Shared by all threads.
class AccountBook final : public AccountTokens {
 public:
  AccountBook(const AccountGround& ground, Sealer sealer, std::vector<OAuthService> services);
  ~AccountBook() override;

  /// AUTH as AccountTokens says; TRANSIENT where the service cannot be reached, which marks
  /// nothing.
  boost::asio::awaitable<Result<Secret>> token_for(const registry::CallContext& context,
                                                   std::string_view service,
                                                   async::Deadline deadline) override;
  void on_refused(const registry::CallContext& context, std::string_view service,
                  const Secret& token) override;

  /// Those that a person can use in a business, by service and address.
  boost::asio::awaitable<Result<std::vector<AccountName>>> connected(std::string tenant_id,
                                                                     std::string subject,
                                                                     async::Deadline deadline);
  /// The same with those that were revoked.
  boost::asio::awaitable<Result<std::vector<storage::ConnectedAccount>>> list(
      std::string tenant_id, std::string subject, async::Deadline deadline);
  /// A sign-in has ended well: the account is there from here on. CONFLICT: the person has too
  /// many.
  boost::asio::awaitable<Result<void>> keep(storage::AccountKey key, TokenAnswer tokens,
                                            async::Deadline deadline);
  /// Revokes at the service, then forgets. False: forgotten, and what was allowed holds on there,
  /// for its token does not open. NOT_FOUND; TRANSIENT where the service cannot be reached: then it
  /// stays, to be removed again.
  boost::asio::awaitable<Result<bool>> remove(storage::AccountKey key, async::Deadline deadline);

  /// One at most; null: none. Outlives the book, or is taken away before.
  void set_watcher(AccountWatcher* watcher) { watcher_ = watcher; }
  /// Null where there is no such service.
  const OAuthService* find_service(std::string_view name) const;
  const Sealer& sealer() const { return sealer_; }
  const AccountGround& ground() const { return ground_; }

 private:
  using Found = std::optional<storage::ConnectedAccount>;
  using Flight = async::SharedOutcome<Secret>;
  struct Landing;
  /// A token that its service would not take.
  struct Refusal {
    std::string token_hash;  ///< empty: it has been replaced
    SteadyTime replaced_at = SteadyTime::min();
  };

  boost::asio::awaitable<Result<Found>> find(storage::AccountKey key, async::Deadline deadline);
  /// The token there is, and whether it is good for now.
  struct Kept {
    Secret token;
    bool is_due = false;   ///< another one should be fetched
    bool is_over = false;  ///< it is of no use any more
  };
  Result<Kept> open(const storage::ConnectedAccount& account) const;
  std::shared_ptr<Flight> join_flight(const storage::AccountKey& key);
  boost::asio::awaitable<void> fly(storage::AccountKey key, std::shared_ptr<Flight> flight);
  boost::asio::awaitable<Result<Secret>> renew(storage::AccountKey key);
  /// Whether it is on disk.
  boost::asio::awaitable<bool> store_renewed(storage::ConnectedAccount account,
                                             const TokenAnswer& tokens, async::Deadline deadline);
  boost::asio::awaitable<Result<bool>> revoke(const storage::ConnectedAccount& account,
                                              async::Deadline deadline);
  boost::asio::awaitable<Error> end_grant(storage::ConnectedAccount account,
                                          async::Deadline deadline);
  void fill(storage::ConnectedAccount& account, const TokenAnswer& tokens) const;
  void land(const storage::AccountKey& key, const std::shared_ptr<Flight>& flight,
            Result<Secret> outcome);
  bool is_refused(const storage::AccountKey& key, const Secret& token) const;
  void note_replaced(const storage::AccountKey& key, const Secret& token);
  void tell(const storage::AccountKey& key);
  Error no_longer(std::string_view service) const;
  std::string title_of(std::string_view service) const;

  const AccountGround ground_;
  const Sealer sealer_;
  const std::vector<OAuthService> services_;
  std::atomic<AccountWatcher*> watcher_{nullptr};
  mutable std::mutex mutex_;
  std::map<storage::AccountKey, std::shared_ptr<Flight>> flights_;
  std::map<storage::AccountKey, Refusal> refusals_;
  async::TaskThread errands_;  // ends first
};

/// What a token of this account is sealed to: another row's, or the other token, does not open it.
std::string seal_of(const storage::AccountKey& key, std::string_view what);

}  // namespace callosum::tool::account
