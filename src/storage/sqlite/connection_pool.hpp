#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/query_guard.hpp"

namespace callosum::storage::sqlite {

/// Connections of one kind, lent one query at a time to the threads of a BlockingPool with as many
/// threads. Owned by shared_ptr: a query that is cut short may still be ending when everybody else
/// has let go.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
 public:
  using Opener = std::function<Result<std::unique_ptr<Connection>>()>;

  /// Opens a connection when one is needed, `size` at most. `threads` outlives the pool's queries.
  ConnectionPool(async::BlockingPool& threads, std::size_t size, Opener open);

  /// Runs `work` with a connection of its own. At the deadline, or when the caller is cancelled,
  /// the query is interrupted and the answer is TIMEOUT at once. `claim`: as of BlockingPool.
  template <class T>
  boost::asio::awaitable<Result<T>> run(async::Deadline deadline,
                                        std::function<Result<T>(Connection&)> work,
                                        async::JobClaim claim = {});

  /// The same in one transaction that takes the write lock first: committed where `work` succeeds,
  /// else rolled back. TIMEOUT: nothing has changed. OUTCOME_UNKNOWN: cut short while it was
  /// committing.
  template <class T>
  boost::asio::awaitable<Result<T>> run_transaction(async::Deadline deadline,
                                                    std::function<Result<T>(Connection&)> work,
                                                    async::JobClaim claim = {});

  /// Nobody is lent a connection that was open before now. Any thread.
  void renew();

 private:
  /// A connection for the length of one query, given back clean.
  class Lease {
   public:
    Lease(ConnectionPool& pool, QueryGuard& guard);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    const Result<std::unique_ptr<Connection>>& get() const { return connection_; }

   private:
    ConnectionPool& pool_;
    QueryGuard& guard_;
    std::uint64_t generation_ = 0;
    Result<std::unique_ptr<Connection>> connection_;
  };

  static std::shared_ptr<QueryGuard> make_guard(async::Deadline deadline);
  template <class T>
  boost::asio::awaitable<Result<T>> run_guarded(async::Deadline deadline,
                                                std::shared_ptr<QueryGuard> guard,
                                                std::function<Result<T>(Connection&)> work,
                                                async::JobClaim claim);
  static Result<void> begin(Connection& connection);
  /// Commits, or says why not.
  static Result<void> commit(Connection& connection);

  Result<std::unique_ptr<Connection>> take(std::uint64_t& generation);
  void give_back(std::unique_ptr<Connection> connection, std::uint64_t generation);

  async::BlockingPool& threads_;
  const std::size_t size_;
  const Opener open_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t opened_ = 0;
  std::uint64_t generation_ = 0;
};

template <class T>
boost::asio::awaitable<Result<T>> ConnectionPool::run_guarded(
    async::Deadline deadline, std::shared_ptr<QueryGuard> guard,
    std::function<Result<T>(Connection&)> work, async::JobClaim claim) {
  std::function<Result<T>()> job = [self = shared_from_this(), guard,
                                    work = std::move(work)]() -> Result<T> {
    const Lease lease(*self, *guard);
    if (!lease.get()) return lease.get().error();
    return work(**lease.get());
  };
  std::function<void()> interrupt = [guard] { guard->interrupt(); };
  auto pending = threads_.run<T>(deadline, std::move(job), std::move(interrupt), std::move(claim));
  auto result = co_await std::move(pending);
  co_return result;
}

template <class T>
boost::asio::awaitable<Result<T>> ConnectionPool::run(async::Deadline deadline,
                                                      std::function<Result<T>(Connection&)> work,
                                                      async::JobClaim claim) {
  auto guard = make_guard(deadline);
  auto pending = run_guarded<T>(deadline, std::move(guard), std::move(work), std::move(claim));
  auto result = co_await std::move(pending);
  co_return result;
}

template <class T>
boost::asio::awaitable<Result<T>> ConnectionPool::run_transaction(
    async::Deadline deadline, std::function<Result<T>(Connection&)> work, async::JobClaim claim) {
  auto guard = make_guard(deadline);
  std::function<Result<T>(Connection&)> whole =
      [work = std::move(work)](Connection& connection) -> Result<T> {
    const auto begun = begin(connection);
    if (!begun) return begun.error();
    auto result = work(connection);  // a failure is rolled back by the lease
    if (!result) return result;
    const auto committed = commit(connection);
    if (!committed) return committed.error();
    return result;
  };
  auto pending = run_guarded<T>(deadline, guard, std::move(whole), std::move(claim));
  auto result = co_await std::move(pending);
  if (!result && result.error().type == ErrorType::timeout && guard->may_have_committed()) {
    co_return fail(ErrorType::outcome_unknown, "it is not certain whether that was done");
  }
  co_return result;
}

}  // namespace callosum::storage::sqlite
