#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "async/event.hpp"
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
  /// and the answer is TIMEOUT at once: the job may still be ending, so it must own what it
  /// touches.
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
  namespace asio = boost::asio;
  struct Shared {
    explicit Shared(const asio::any_io_executor& e) : executor(e), done(e) {}
    asio::any_io_executor executor;
    Event done;  // touched on the caller's executor only
    std::optional<Result<T>> result;
    std::exception_ptr failure;
  };
  const auto executor = co_await asio::this_coro::executor;
  auto shared = std::make_shared<Shared>(executor);
  std::function<void()> wrapped = [shared, job = std::move(job)]() mutable {
    std::optional<Result<T>> result;
    std::exception_ptr failure;
    try {
      result.emplace(job());
    } catch (...) {
      failure = std::current_exception();
    }
    job = nullptr;
    auto& target = shared->executor;
    asio::post(target, [shared = std::move(shared), result = std::move(result), failure]() mutable {
      shared->result = std::move(result);
      shared->failure = failure;
      shared->done.set();
    });
  };
  if (!post(std::move(wrapped))) co_return fail(ErrorType::transient, "too busy, try again");

  struct InterruptOnUnwind {
    Shared& shared;
    std::function<void()>& interrupt;
    ~InterruptOnUnwind() {
      if (!shared.done.is_set() && interrupt) interrupt();
    }
  } const guard{*shared, interrupt};
  const bool done = co_await shared->done.wait(deadline);
  if (!done) co_return fail(ErrorType::timeout, "that took too long");
  if (shared->failure) std::rethrow_exception(shared->failure);
  co_return std::move(*shared->result);
}

}  // namespace callosum::async
