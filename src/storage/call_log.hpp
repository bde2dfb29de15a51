#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/phone_calls.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {

class Database;
template <class Row>
class RowKeeper;

/// Keeps the records of calls, in groups, by a thread of its own: what a conversation notes is on
/// the disk within a moment, and none waits for it. What it has been told it knows at once. Shared
/// by all threads.
class CallLog {
 public:
  /// A connection of its own for what is written; `database` outlives this.
  static Result<std::unique_ptr<CallLog>> open(Database& database, telemetry::Log& log);
  /// Writes what still waits, once.
  ~CallLog();

  /// The record as it is from now on, over what was noted of the call before. Never waits, never
  /// fails.
  void note(CallRecord record);
  /// What was noted and may not be on the disk yet, to be laid over what is there; nothing: that is
  /// the latest.
  std::optional<CallRecord> pending(const std::string& call_sid) const;

 private:
  explicit CallLog(std::unique_ptr<RowKeeper<CallRecord>> keeper);

  std::unique_ptr<RowKeeper<CallRecord>> keeper_;
};

}  // namespace callosum::storage
