#pragma once

#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "async/outcome.hpp"
#include "base/result.hpp"

namespace callosum::async {

/// Threads for libraries that block (SQLite, speech). `run` may be awaited from any strand; the
/// queue is bounded and a full one answers TRANSIENT at once.
class BlockingPool {
 public:
  BlockingPool(std::size_t threads, std::size_t max_queued);
  ~BlockingPool();  ///< lets running jobs end; drops queued ones

  /// Runs `job` on a pool thread. When the deadline passes or the caller is cancelled, `interrupt`
  /// (if any; called on the caller's thread, must be thread-safe) is asked to cut the job short,
  /// and the answer is TIMEOUT at once: the job may still be ending, even after the caller's loop,
  /// so it must own what it touches.
  template <class T>
  boost::asio::awaitable<Result<T>> run(Deadline deadline, std::function<Result<T>()> job,
                                        std::function<void()> interrupt = {});

 private:
  bool post(std::function<void()> job);
  void work();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  std::size_t max_queued_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class T>
boost::asio::awaitable<Result<T>> BlockingPool::run(Deadline deadline,
                                                    std::function<Result<T>()> job,
                                                    std::function<void()> interrupt) {
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
  if (!post(std::move(wrapped))) co_return fail(ErrorType::transient, "too busy, try again");

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
