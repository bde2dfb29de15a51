#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "async/event.hpp"
#include "base/result.hpp"

namespace callosum::async {

/// One outcome that many coroutines wait for, each on its own thread's executor. Set once, from any
/// thread.
template <class T>
class SharedOutcome {
 public:
  void set(Result<T> outcome) {
    const std::lock_guard lock(mutex_);
    outcome_.emplace(std::move(outcome));
    // A waiter takes itself away under the same lock before its executor may go.
    for (const auto& waiter : waiters_) {
      boost::asio::post(waiter->executor, [waiter] { waiter->woken.set(); });
    }
    waiters_.clear();
  }

  /// TIMEOUT where it was not set by then. Unwinds when cancelled; the outcome comes all the same.
  boost::asio::awaitable<Result<T>> wait(Deadline deadline) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor);
    const Leave leave{*this, waiter};
    if (const auto known = join(waiter)) co_return *known;
    co_await waiter->woken.wait(deadline);
    if (const auto known = look()) co_return *known;
    co_return fail(ErrorType::timeout, "that took too long");
  }

 private:
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& e) : executor(e), woken(e) {}
    boost::asio::any_io_executor executor;
    Event woken;  // touched on the waiter's executor only
  };
  struct Leave {
    SharedOutcome& outcome;
    const std::shared_ptr<Waiter>& waiter;
    ~Leave() {
      const std::lock_guard lock(outcome.mutex_);
      std::erase(outcome.waiters_, waiter);
    }
  };

  std::optional<Result<T>> join(const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    if (!outcome_) waiters_.push_back(waiter);
    return outcome_;
  }
  std::optional<Result<T>> look() {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }

  std::mutex mutex_;
  std::optional<Result<T>> outcome_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace callosum::async
