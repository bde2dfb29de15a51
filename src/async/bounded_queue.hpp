#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "async/event.hpp"

namespace callosum::async {

/// At most `capacity` values from many producers to one consumer, on one thread. Full: `push` says
/// so and keeps nothing; the producer decides what to lose.
template <class T>
class BoundedQueue {
 public:
  BoundedQueue(const boost::asio::any_io_executor& executor, std::size_t capacity)
      : changed_(executor), capacity_(capacity) {}

  [[nodiscard]] bool push(T value) {
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    changed_.set();
    return true;
  }
  /// No more values; the consumer gets what is left and then nothing.
  void close() {
    closed_ = true;
    changed_.set();
  }
  /// The next value; nothing when the queue is closed and empty, or the deadline passed.
  boost::asio::awaitable<std::optional<T>> pop(Deadline deadline) {
    while (values_.empty() && !closed_) {
      changed_.reset();
      const bool woken = co_await changed_.wait(deadline);
      if (!woken) co_return std::nullopt;
    }
    if (values_.empty()) co_return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    co_return value;
  }
  std::size_t size() const { return values_.size(); }
  bool is_closed() const { return closed_; }

 private:
  Event changed_;
  std::deque<T> values_;
  std::size_t capacity_;
  bool closed_ = false;
};

}  // namespace callosum::async
