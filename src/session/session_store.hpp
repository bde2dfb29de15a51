#pragma once

#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "async/deadline.hpp"
#include "session/session_records.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {
class Database;
namespace sqlite {
class Connection;
}
}  // namespace callosum::storage

namespace callosum::session {

/// Keeps conversations as rows of the gateway's database, in groups, by a thread of its own. What
/// it has been told it knows at once, whenever the disk has it. Shared by all threads.
class SessionStore final : public SessionRecords {
 public:
  /// A connection of its own for what is written; `database` is for what is read, and outlives
  /// this.
  static Result<std::unique_ptr<SessionStore>> open(storage::Database& database,
                                                    telemetry::Log& log);
  /// Writes what still waits, once.
  ~SessionStore() override;
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  void note(storage::RealtimeSession session) override;

  /// The live session of this subject that the id names: its own, or the provider's. Nothing where
  /// there is none, it has ended, it is somebody else's, or an id of the provider's is that of two.
  using Found = std::optional<storage::RealtimeSession>;
  boost::asio::awaitable<Result<Found>> find_live(std::string id, std::string subject,
                                                  async::Deadline deadline);
  /// By its own id, whether it lives or has ended.
  boost::asio::awaitable<Result<Found>> find_own(std::string id, std::string subject,
                                                 async::Deadline deadline);

 private:
  using Rows = std::unordered_map<std::string, storage::RealtimeSession>;  // by id

  SessionStore(storage::Database& database, std::unique_ptr<storage::sqlite::Connection> connection,
               telemetry::Log& log);
  void run();
  Result<void> write(const Rows& rows);
  void take_back(Rows rows);
  /// What is not on disk yet lies over what was read there.
  void lay_over(std::vector<storage::RealtimeSession>& found, const std::string& id,
                const std::string& subject) const;

  storage::Database& database_;
  std::unique_ptr<storage::sqlite::Connection> connection_;
  telemetry::Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Rows waiting_;
  Rows writing_;          // by the thread, right now; older than what waits
  std::size_t lost_ = 0;  // rows that there was no room for
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::session
