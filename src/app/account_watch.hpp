#pragma once

#include <string>

#include "session/load_book.hpp"
#include "storage/database.hpp"
#include "tool/account/account_watcher.hpp"
#include "tool/account/errands.hpp"

namespace callosum::app {

/// Tells conversations which accounts their user has, whenever that has changed. What it is given
/// outlives it.
class AccountWatch final : public tool::account::AccountWatcher {
 public:
  AccountWatch(storage::Database& database, async::TimeSource& time, session::LoadBook& book,
               telemetry::Log& log)
      : database_(database), time_(time), book_(book), log_(log), errands_(log) {}
  void on_accounts_changed(const std::string& tenant_id, const std::string& subject) override;

 private:
  boost::asio::awaitable<void> look(std::string tenant_id, std::string subject);

  storage::Database& database_;
  async::TimeSource& time_;
  session::LoadBook& book_;
  telemetry::Log& log_;
  tool::account::Errands errands_;  // ends first
};

/// Those that a person can use in a business, as they are on disk.
boost::asio::awaitable<Result<std::vector<session::UsableAccount>>> find_usable_accounts(
    storage::Database& database, std::string tenant_id, std::string subject,
    async::Deadline deadline);

}  // namespace callosum::app
