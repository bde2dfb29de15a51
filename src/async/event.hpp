#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "async/deadline.hpp"

namespace callosum::async {

/// A flag that one coroutine waits for. One thread, one waiter at a time.
class Event {
 public:
  explicit Event(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set() {
    set_ = true;
    timer_.cancel();
  }
  void reset() { set_ = false; }
  bool is_set() const { return set_; }

  /// True when set before the deadline. Unwinds when the coroutine is cancelled.
  boost::asio::awaitable<bool> wait(Deadline deadline);

 private:
  boost::asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace callosum::async
