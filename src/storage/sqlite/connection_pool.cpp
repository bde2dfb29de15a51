#include "storage/sqlite/connection_pool.hpp"

#include <algorithm>
#include <chrono>
#include <sqlite3.h>

#include "storage/sqlite/error.hpp"

namespace callosum::storage::sqlite {
namespace {

// A query without a deadline of its own (start-up, tests) still ends.
constexpr std::chrono::hours kLongestQuery{1};
// The awaiter's interrupt comes first; the thread's own clock is only the second line.
constexpr std::chrono::milliseconds kGrace{20};

}  // namespace

ConnectionPool::ConnectionPool(async::BlockingPool& threads, std::size_t size, Opener open)
    : threads_(threads), size_(size), open_(std::move(open)) {}

std::shared_ptr<QueryGuard> ConnectionPool::make_guard(async::Deadline deadline) {
  const auto span = std::min<std::chrono::nanoseconds>(deadline.left(), kLongestQuery) + kGrace;
  return std::make_shared<QueryGuard>(std::chrono::steady_clock::now() + span);
}

Result<void> ConnectionPool::begin(Connection& connection) {
  const Connection::Trusted trusted(connection);
  const auto begun = connection.change("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  return {};
}

Result<void> ConnectionPool::commit(Connection& connection) {
  auto* guard = connection.guard();
  if (guard != nullptr && !guard->begin_commit()) {
    return fail(ErrorType::timeout, "that took too long");
  }
  // From here the outcome is the disk's: no busy wait, no progress check may cut it.
  connection.set_guard(nullptr);
  const Connection::Trusted trusted(connection);
  const auto committed = connection.change("COMMIT");
  // A commit that could not be synced, unlike one that there was no room for, may have been written
  // all the same: whoever reads the log next may find it.
  const bool is_uncertain =
      !committed && (sqlite3_errcode(connection.handle()) & 0xff) == SQLITE_IOERR;
  if (is_uncertain) return uncertain_commit(committed.error());
  if (!committed) return committed.error();
  return {};
}

void ConnectionPool::renew() {
  std::vector<std::unique_ptr<Connection>> old;  // closed outside the lock
  const std::lock_guard lock(mutex_);
  old.swap(idle_);
  opened_ -= old.size();
  ++generation_;
}

Result<std::unique_ptr<Connection>> ConnectionPool::take(std::uint64_t& generation) {
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    if (opened_ >= size_) return fail(ErrorType::transient, "the database is busy, try again");
    ++opened_;
  }
  auto opened = open_();
  if (opened) return opened;
  const std::lock_guard lock(mutex_);
  --opened_;
  return opened;
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection, std::uint64_t generation) {
  // One that cannot be cleaned is never lent again: the next query must not see this one's
  // transaction.
  const bool is_clean = connection->tidy();
  const std::lock_guard lock(mutex_);
  if (is_clean && generation == generation_) {
    idle_.push_back(std::move(connection));
  } else {
    --opened_;
  }
}

ConnectionPool::Lease::Lease(ConnectionPool& pool, QueryGuard& guard)
    : pool_(pool), guard_(guard), connection_(pool.take(generation_)) {
  if (!connection_) return;
  if (guard_.begin((*connection_)->handle())) {
    (*connection_)->set_guard(&guard_);
    return;
  }
  pool_.give_back(std::move(*connection_), generation_);
  connection_ = fail(ErrorType::timeout, "that took too long");
}

ConnectionPool::Lease::~Lease() {
  if (!connection_) return;
  guard_.end();
  (*connection_)->set_guard(nullptr);
  pool_.give_back(std::move(*connection_), generation_);
}

}  // namespace callosum::storage::sqlite
