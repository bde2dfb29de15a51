#include "storage/call_log.hpp"

#include <utility>

#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {

using namespace std::chrono_literals;

namespace {

/// Calls whose records may wait while the database cannot be written. Beyond it they are lost,
/// counted and said.
constexpr std::size_t kMaxWaiting = 4096;
constexpr auto kGather = 50ms;
constexpr auto kRetry = 1s;

}  // namespace

Result<std::unique_ptr<CallLog>> CallLog::open(Database& database, telemetry::Log& log) {
  auto connection = sqlite::Connection::open({.path = database.options().path});
  if (!connection) return connection.error();
  return std::unique_ptr<CallLog>(new CallLog(database, std::move(*connection), log));
}

CallLog::CallLog(Database& database, std::unique_ptr<sqlite::Connection> connection,
                 telemetry::Log& log)
    : database_(database),
      connection_(std::move(connection)),
      log_(log),
      thread_([this] { run(); }) {}

CallLog::~CallLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void CallLog::note(CallRecord record) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.empty();
    const bool has_room = waiting_.size() < kMaxWaiting || waiting_.contains(record.call_sid);
    if (has_room) {
      auto& place = waiting_[record.call_sid];
      place = std::move(record);
    } else {
      ++lost_;
    }
  }
  if (is_first) changed_.notify_one();
}

std::optional<CallRecord> CallLog::pending(const std::string& call_sid) const {
  const std::lock_guard lock(mutex_);
  for (const auto* records : {&waiting_, &writing_}) {
    const auto at = records->find(call_sid);
    if (at != records->end()) return at->second;
  }
  return std::nullopt;
}

void CallLog::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    // A group is gathered, so that many calls share one sync of the disk.
    if (!stopping_) changed_.wait_for(lock, kGather, [this] { return stopping_; });
    writing_ = std::exchange(waiting_, {});
    const auto lost = std::exchange(lost_, 0);
    lock.unlock();
    if (lost > 0) log_.error("call_records_lost", {{"records", lost}});
    const auto written = write(writing_);
    if (!written) {
      database_.disk().note(written.error());
      log_.error("call_records_write_failed", {{"records", writing_.size()},
                                               {"reason", written.error().message},
                                               {"detail", written.error().detail}});
    }
    lock.lock();
    auto records = std::exchange(writing_, {});
    if (stopping_ && (!written || waiting_.empty())) return;
    if (written) continue;
    // What could not be written waits again, under what has come since.
    waiting_.merge(records);
    changed_.wait_for(lock, kRetry, [this] { return stopping_; });
    auto opened = sqlite::Connection::open({.path = database_.options().path});
    if (opened) connection_ = std::move(*opened);
  }
}

Result<void> CallLog::write(const Records& records) {
  if (records.empty()) return {};
  const auto begun = connection_->execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  for (const auto& [sid, record] : records) {
    const auto saved = save_call_record(*connection_, record);
    if (!saved) {
      connection_->tidy();
      return saved.error();
    }
    // A pack's table is the pack's: one that takes nothing must not cost us ours.
    const auto copied = copy_to_pack(*connection_, sid);
    if (!copied)
      log_.warn("call_not_copied", {{"call_sid", sid},
                                    {"reason", copied.error().message},
                                    {"detail", copied.error().detail}});
  }
  const auto committed = connection_->execute("COMMIT");
  if (!committed) connection_->tidy();
  return committed;
}

}  // namespace callosum::storage
