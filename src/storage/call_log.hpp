#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "storage/phone_calls.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {

class Database;

/// Keeps the records of calls, in groups, by a thread of its own: what a conversation notes is on
/// the disk within a moment, and none waits for it. What it has been told it knows at once. Shared
/// by all threads.
class CallLog {
 public:
  /// A connection of its own for what is written; `database` outlives this.
  static Result<std::unique_ptr<CallLog>> open(Database& database, telemetry::Log& log);
  /// Writes what still waits, once.
  ~CallLog();
  CallLog(const CallLog&) = delete;
  CallLog& operator=(const CallLog&) = delete;

  /// The record as it is from now on. Never waits, never fails.
  void note(CallRecord record);
  /// The latest that was noted and may not be on the disk yet; nothing: what is there is the
  /// latest.
  std::optional<CallRecord> pending(const std::string& call_sid) const;

 private:
  using Records = std::unordered_map<std::string, CallRecord>;  // by call

  CallLog(Database& database, std::unique_ptr<sqlite::Connection> connection, telemetry::Log& log);
  void run();
  Result<void> write(const Records& records);

  Database& database_;
  std::unique_ptr<sqlite::Connection> connection_;
  telemetry::Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Records waiting_;
  Records writing_;       // by the thread, right now; older than what waits
  std::size_t lost_ = 0;  // records that there was no room for
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::storage
