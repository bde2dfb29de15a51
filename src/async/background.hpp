#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "async/deadline.hpp"

namespace callosum::async {

/// A coroutine that outlives the call that started it, for an object without a frame of its own: at
/// most one at a time. Cancelled when this goes, and unwinds after that: it may hold only what it
/// shares, never its owner. One thread.
class Background {
 public:
  Background() = default;
  ~Background() { cancel(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Whatever ran is cancelled.
  void start(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work);
  void cancel();
  bool is_running() const;
  /// Until it has unwound, or the deadline.
  boost::asio::awaitable<void> join(Deadline deadline);
  /// Throws what it ended with, if that was a bug.
  void rethrow() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace callosum::async
