#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "async/task_thread.hpp"
#include "session/load_book.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"
#include "tool/account/account_watcher.hpp"

namespace callosum::app {

/// Tells conversations which accounts their user has and which modes the user may enter, whenever
/// that has changed: the last thing that they are told is what is on disk. What it is given
/// outlives it.
class UserWatch final : public tool::account::AccountWatcher {
 public:
  UserWatch(storage::Database& database, async::TimeSource& time, session::LoadBook& book,
            telemetry::Log& log)
      : database_(database), time_(time), book_(book), log_(log), errands_([&log] {
          log.error("user_watch_ended");
        }) {}
  void on_accounts_changed(const std::string& tenant_id, const std::string& subject) override {
    on_user_changed(tenant_id, subject);
  }
  /// Something of theirs may be another: it is on disk by then. Any thread.
  void on_user_changed(const std::string& tenant_id, const std::string& subject);
  /// From here on conversations are told of accounts too: some can be connected.
  void mind_accounts() { minds_accounts_ = true; }

 private:
  using Person = std::pair<std::string, std::string>;  ///< business, user
  struct Turn;
  boost::asio::awaitable<void> look(Person person);
  boost::asio::awaitable<void> look_once(Person person);
  boost::asio::awaitable<Result<void>> look_at_accounts(Person person);
  boost::asio::awaitable<Result<void>> look_at_modes(Person person);

  storage::Database& database_;
  async::TimeSource& time_;
  session::LoadBook& book_;
  telemetry::Log& log_;
  bool minds_accounts_ = false;
  /// Who is being looked at, and whether that is to be done once more. Of the errands' thread
  /// alone.
  std::map<Person, bool> looks_;
  async::TaskThread errands_;  // ends first
};

/// The modes that a person may enter in a business, as it is on disk; nothing: all of them.
boost::asio::awaitable<Result<std::optional<session::ToolNames>>> find_modes(
    storage::Database& database, std::string tenant_id, std::string subject,
    async::Deadline deadline);

/// Those that a person can use in a business, as they are on disk.
boost::asio::awaitable<Result<std::vector<session::UsableAccount>>> find_usable_accounts(
    storage::Database& database, std::string tenant_id, std::string subject,
    async::Deadline deadline);

}  // namespace callosum::app
