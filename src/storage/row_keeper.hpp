#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {

/// What a RowKeeper has to know of its rows.
template <class Row>
struct RowWays {
  std::string what;          ///< in the log: WHAT_lost, WHAT_write_failed
  std::size_t most_waiting;  ///< while nothing can be written; rows beyond it are lost, and said
  const std::string& (*key)(const Row&);
  /// `newer` over `older`, of the same key.
  void (*merge)(Row& older, Row newer);
  /// Within a transaction, on the keeper's thread.
  Result<void> (*save)(sqlite::Connection&, const Row&, telemetry::Log&);
};

/// Rows that are written in groups, by a thread of its own: what is noted is on the disk within a
/// moment, many share one sync of it, and nobody waits. Shared by all threads.
template <class Row>
class RowKeeper {
 public:
  using Rows = std::unordered_map<std::string, Row>;  // by key

  /// A connection of its own; `database` and `log` outlive this.
  static Result<std::unique_ptr<RowKeeper>> open(Database& database, telemetry::Log& log,
                                                 RowWays<Row> ways) {
    auto connection = sqlite::Connection::open({.path = database.options().path});
    if (!connection) return connection.error();
    return std::unique_ptr<RowKeeper>(
        new RowKeeper(database, std::move(*connection), log, std::move(ways)));
  }
  /// Writes what still waits, once.
  ~RowKeeper() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  RowKeeper(const RowKeeper&) = delete;
  RowKeeper& operator=(const RowKeeper&) = delete;

  /// Never waits, never fails.
  void note(Row row) {
    bool is_first = false;
    {
      const std::lock_guard lock(mutex_);
      is_first = waiting_.empty();
      const auto known = waiting_.find(ways_.key(row));
      if (known != waiting_.end()) {
        ways_.merge(known->second, std::move(row));
      } else if (waiting_.size() >= ways_.most_waiting) {
        ++lost_;
      } else {
        const auto key = ways_.key(row);
        waiting_.emplace(key, std::move(row));
      }
    }
    if (is_first) changed_.notify_one();
  }

  /// `look` at what is not on the disk yet: older rows first.
  template <class Look>
  void look_at_pending(Look look) const {
    const std::lock_guard lock(mutex_);
    look(writing_);
    look(waiting_);
  }

 private:
  RowKeeper(Database& database, std::unique_ptr<sqlite::Connection> connection, telemetry::Log& log,
            RowWays<Row> ways)
      : database_(database),
        connection_(std::move(connection)),
        log_(log),
        ways_(std::move(ways)),
        thread_([this] { run(); }) {}

  void run() {
    constexpr std::chrono::milliseconds kGather(50);
    constexpr std::chrono::seconds kRetry(1);
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (!stopping_) changed_.wait_for(lock, kGather, [this] { return stopping_; });
      writing_ = std::exchange(waiting_, {});
      const auto lost = std::exchange(lost_, 0);
      lock.unlock();
      if (lost > 0) log_.error(ways_.what + "_lost", {{"rows", lost}});
      const auto written = write(writing_);
      if (!written) report(written.error());
      lock.lock();
      auto rows = std::exchange(writing_, {});
      if (stopping_ && (!written || waiting_.empty())) return;
      if (written) continue;
      take_back(std::move(rows));
      changed_.wait_for(lock, kRetry, [this] { return stopping_; });
      auto opened = sqlite::Connection::open({.path = database_.options().path});
      if (opened) connection_ = std::move(*opened);
    }
  }

  void report(const Error& problem) {
    database_.disk().note(problem);
    log_.error(
        ways_.what + "_write_failed",
        {{"rows", writing_.size()}, {"reason", problem.message}, {"detail", problem.detail}});
  }

  Result<void> write(const Rows& rows) {
    if (rows.empty()) return {};
    const auto begun = connection_->execute("BEGIN IMMEDIATE");
    if (!begun) return begun.error();
    for (const auto& [key, row] : rows) {
      const auto saved = ways_.save(*connection_, row, log_);
      if (saved) continue;
      connection_->tidy();
      return saved.error();
    }
    const auto committed = connection_->execute("COMMIT");
    if (!committed) connection_->tidy();
    return committed;
  }

  /// What could not be written waits again, under what has come since.
  void take_back(Rows rows) {
    for (auto& [key, row] : waiting_) {
      const auto older = rows.find(key);
      if (older == rows.end()) {
        rows.emplace(key, std::move(row));
      } else {
        ways_.merge(older->second, std::move(row));
      }
    }
    waiting_ = std::move(rows);
  }

  Database& database_;
  std::unique_ptr<sqlite::Connection> connection_;
  telemetry::Log& log_;
  const RowWays<Row> ways_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Rows waiting_;
  Rows writing_;          // by the thread, right now; older than what waits
  std::size_t lost_ = 0;  // rows that there was no room for
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::storage
