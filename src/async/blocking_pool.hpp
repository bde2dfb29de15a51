#pragma once

#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/outcome.hpp"
#include "base/result.hpp"

namespace callosum::async {

/// Whose a job is, and how badly it is needed.
struct JobClaim {
  std::string share;     ///< a tenant's, say; empty: nobody's
  bool is_owed = false;  ///< never refused, however long the queue: it ends what has begun
};

/// Threads for libraries that block (SQLite, speech). `run` may be awaited from any strand; the
/// queue is bounded and a full one answers TRANSIENT at once. Each share has a queue of its own in
/// that, of half its length at most; those take turns, and none has all the threads where there
/// are several. Nobody's jobs come in between any two of them, and are held to neither.
class BlockingPool {
 public:
  BlockingPool(std::size_t threads, std::size_t max_queued);
  ~BlockingPool() { stop(); }
  /// Lets running jobs end and drops queued ones; TRANSIENT from then on.
  void stop();

  /// Runs `job` on a pool thread. When the deadline passes or the caller is cancelled, `interrupt`
  /// (if any; called on the caller's thread, must be thread-safe) is asked to cut the job short,
  /// and the answer is TIMEOUT at once: the job may still be ending, even after the caller's loop,
  /// so it must own what it touches.
  template <class T>
  boost::asio::awaitable<Result<T>> run(Deadline deadline, std::function<Result<T>()> job,
                                        std::function<void()> interrupt = {}, JobClaim claim = {});

 private:
  struct Share {
    std::deque<std::function<void()>> jobs;
    std::size_t running = 0;
  };
  using Shares = std::map<std::string, Share, std::less<>>;
  using Turns = std::list<Shares::iterator>;

  bool post(const JobClaim& claim, std::function<void()> job);
  bool has_room(const JobClaim& claim, const Share& share) const;
  void work();
  bool may_run(const Shares::value_type& share) const;
  /// Whose turn it is; the end: nobody's.
  Turns::iterator next();
  std::function<void()> take(Turns::iterator turn);
  void give_back(Shares::iterator share);

  std::mutex mutex_;
  std::condition_variable ready_;
  Shares shares_;  // those with jobs that wait or run
  Turns turns_;    // those with jobs that wait
  const std::size_t max_queued_;
  const std::size_t max_running_;  // of one share
  std::size_t queued_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class T>
boost::asio::awaitable<Result<T>> BlockingPool::run(Deadline deadline,
                                                    std::function<Result<T>()> job,
                                                    std::function<void()> interrupt,
                                                    JobClaim claim) {
  struct End {
    std::optional<Result<T>> result;
    std::exception_ptr failure;
  };
  const auto outcome = std::make_shared<Outcome<End>>();
  std::function<void()> wrapped = [outcome, job = std::move(job)]() mutable {
    End end;
    try {
      end.result.emplace(job());
    } catch (...) {
      end.failure = std::current_exception();
    }
    job = nullptr;
    outcome->set(std::move(end));
  };
  if (!post(claim, std::move(wrapped))) co_return fail(ErrorType::transient, "too busy, try again");

  struct InterruptOnUnwind {
    std::function<void()>& interrupt;
    bool has_ended = false;
    ~InterruptOnUnwind() {
      if (!has_ended && interrupt) interrupt();
    }
  } guard{interrupt};
  auto waiting = outcome->wait(deadline);
  auto end = co_await std::move(waiting);
  if (!end) co_return fail(ErrorType::timeout, "that took too long");
  guard.has_ended = true;
  if (end->failure) std::rethrow_exception(end->failure);
  co_return std::move(*end->result);
}

}  // namespace callosum::async
