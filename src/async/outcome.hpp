#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "async/event.hpp"

namespace callosum::async {

/// What one coroutine waits for and another thread has. Shared by both; whichever goes first leaves
/// the other whole: the executor of a coroutine that waits no more may go away at once. Where one
/// goes with a wait still in it, nobody may set the outcome meanwhile.
template <class T>
class Outcome : public std::enable_shared_from_this<Outcome<T>> {
 public:
  /// Once, from any thread. What nobody waits for any more is dropped.
  void set(T value);

  /// Once. Nothing where the deadline passed first; unwinds when the coroutine is cancelled.
  boost::asio::awaitable<std::optional<T>> wait(Deadline deadline);

  /// Nobody waits any more. Any thread.
  bool is_abandoned() const {
    const std::lock_guard lock(mutex_);
    return is_abandoned_;
  }

 private:
  /// A wait, however it ends.
  class Waiting {
   public:
    Waiting(Outcome& outcome, const boost::asio::any_io_executor& executor, Event& event)
        : outcome_(outcome) {
      const std::lock_guard lock(outcome_.mutex_);
      outcome_.executor_ = executor;
      outcome_.event_ = &event;
      if (outcome_.value_) event.set();
    }
    ~Waiting() {
      const std::lock_guard lock(outcome_.mutex_);
      outcome_.executor_ = {};
      outcome_.event_ = nullptr;
      outcome_.is_abandoned_ = true;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    Outcome& outcome_;
  };

  std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(value_, std::nullopt);
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    if (event_) event_->set();
  }

  mutable std::mutex mutex_;
  std::optional<T> value_;
  boost::asio::any_io_executor executor_;  // while somebody waits
  Event* event_ = nullptr;                 // likewise; touched on the executor only
  bool is_abandoned_ = false;
};

template <class T>
void Outcome<T>::set(T value) {
  // Under the lock: whoever stops waiting may end its executor right after.
  const std::lock_guard lock(mutex_);
  if (is_abandoned_) return;
  value_.emplace(std::move(value));
  if (event_) boost::asio::post(executor_, [self = this->shared_from_this()] { self->wake(); });
}

template <class T>
boost::asio::awaitable<std::optional<T>> Outcome<T>::wait(Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Event event(executor);
  const Waiting waiting(*this, executor, event);
  co_await event.wait(deadline);
  co_return take();
}

}  // namespace callosum::async
