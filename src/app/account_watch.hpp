#pragma once

#include <map>
#include <string>
#include <utility>

#include "async/task_thread.hpp"
#include "session/load_book.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"
#include "tool/account/account_watcher.hpp"

namespace callosum::app {

/// Tells conversations which accounts their user has, whenever that has changed: the last thing
/// that they are told is what is on disk. What it is given outlives it.
class AccountWatch final : public tool::account::AccountWatcher {
 public:
  AccountWatch(storage::Database& database, async::TimeSource& time, session::LoadBook& book,
               telemetry::Log& log)
      : database_(database), time_(time), book_(book), log_(log), errands_([&log] {
          log.error("account_watch_ended");
        }) {}
  void on_accounts_changed(const std::string& tenant_id, const std::string& subject) override;

 private:
  using Person = std::pair<std::string, std::string>;  ///< business, user
  struct Turn;
  boost::asio::awaitable<void> look(Person person);
  boost::asio::awaitable<void> look_once(Person person);

  storage::Database& database_;
  async::TimeSource& time_;
  session::LoadBook& book_;
  telemetry::Log& log_;
  /// Who is being looked at, and whether that is to be done once more. Of the errands' thread
  /// alone.
  std::map<Person, bool> looks_;
  async::TaskThread errands_;  // ends first
};

/// Those that a person can use in a business, as they are on disk.
boost::asio::awaitable<Result<std::vector<session::UsableAccount>>> find_usable_accounts(
    storage::Database& database, std::string tenant_id, std::string subject,
    async::Deadline deadline);

}  // namespace callosum::app
