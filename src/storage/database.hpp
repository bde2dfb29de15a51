#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "async/blocking_pool.hpp"
#include "storage/disk_watch.hpp"
#include "storage/sqlite/connection_pool.hpp"

namespace callosum::storage {

struct DatabaseOptions {
  std::filesystem::path path;
  std::size_t readers = 4;
  std::size_t max_queued = 256;  ///< per pool; beyond it TRANSIENT at once
};

/// The embedded database: one SQLite file, a few readers and one writer on threads of their own.
/// For the gateway's own tables; tools come in through tool/sql's fenced connections to the same
/// file. Outlives every query on it. Queries are built of the gateway's own SQL text, never of a
/// caller's.
class Database {
 public:
  /// Opens or makes the file and brings the gateway's tables up to date. Blocks: for start-up.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);

  /// Safe from any strand; `query` runs on a reader's thread and owns what it uses. `tenant`, here
  /// and below: for whose call it is, so that one's storm leaves room to the others; empty: for
  /// nobody's.
  template <class T>
  boost::asio::awaitable<Result<T>> read(async::Deadline deadline,
                                         std::function<Result<T>(sqlite::Connection&)> query,
                                         std::string tenant = {}) {
    return readers_->run<T>(deadline, std::move(query), {std::move(tenant)});
  }

  /// In one durable transaction (see ConnectionPool::run_transaction). TRANSIENT, without trying,
  /// while the disk is in trouble.
  template <class T>
  boost::asio::awaitable<Result<T>> write(async::Deadline deadline,
                                          std::function<Result<T>(sqlite::Connection&)> query,
                                          std::string tenant = {}) {
    const auto able = disk_.check();
    if (!able) co_return able.error();
    auto changing = change<T>(deadline, std::move(query), {std::move(tenant)});
    auto result = co_await std::move(changing);
    co_return result;
  }
  /// The same for what has begun already: tried whatever is known of the disk, behind however many.
  template <class T>
  boost::asio::awaitable<Result<T>> finish(async::Deadline deadline,
                                           std::function<Result<T>(sqlite::Connection&)> query,
                                           std::string tenant = {}) {
    return change<T>(deadline, std::move(query), {std::move(tenant), true});
  }

  /// Blocks, on a connection of its own, in one transaction: for start-up.
  Result<void> change_at_start(const std::function<Result<void>(sqlite::Connection&)>& change);

  const DatabaseOptions& options() const { return options_; }
  DiskWatch& disk() { return disk_; }

 private:
  explicit Database(const DatabaseOptions& options);

  template <class T>
  boost::asio::awaitable<Result<T>> change(async::Deadline deadline,
                                           std::function<Result<T>(sqlite::Connection&)> query,
                                           async::JobClaim claim) {
    auto pending = writer_->run_transaction<T>(deadline, std::move(query), std::move(claim));
    auto result = co_await std::move(pending);
    if (!result) disk_.note(result.error());
    co_return result;
  }

  DatabaseOptions options_;
  DiskWatch disk_;
  // The pools' threads end first, so that no query sees its pool go.
  std::shared_ptr<sqlite::ConnectionPool> readers_;
  std::shared_ptr<sqlite::ConnectionPool> writer_;
  async::BlockingPool reader_threads_;
  async::BlockingPool writer_thread_;
};

}  // namespace callosum::storage
