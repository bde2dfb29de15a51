#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "session/session_records.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {
class Database;
template <class Row>
class RowKeeper;
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
  using Keeper = storage::RowKeeper<storage::RealtimeSession>;

  SessionStore(storage::Database& database, std::unique_ptr<Keeper> keeper);
  /// What is not on disk yet lies over what was read there.
  void lay_over(std::vector<storage::RealtimeSession>& found, const std::string& id,
                const std::string& subject) const;

  storage::Database& database_;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace callosum::session
