#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "base/clock.hpp"

namespace callosum::async {

/// A clock that one can also wait on. Production waits on the reactor; tests turn the hands.
class TimeSource : public Clock {
 public:
  /// Returns when `when` is reached or `timer` is cancelled, whichever is first; ask `now()` which.
  /// `timer` belongs to the caller and outlives the wait. Throws only when the coroutine is
  /// cancelled.
  virtual boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer, SteadyTime when) = 0;
};

class SystemTime final : public TimeSource {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer, SteadyTime when) override;
};

/// Time that moves only when told. One thread. `run` drives the context and jumps to the next
/// waiter whenever nothing else can happen, so a whole session passes in microseconds and in one
/// order.
class VirtualTime final : public TimeSource {
 public:
  SteadyTime now() const override { return now_; }
  WallTime wall_now() const override { return wall_start_ + (now_ - SteadyTime{}); }
  boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer, SteadyTime when) override;

  /// Moves the hands to the earliest waiter and wakes it; false when nobody waits.
  bool jump_to_next();
  void advance(std::chrono::nanoseconds by);

 private:
  SteadyTime now_{std::chrono::hours(24)};
  WallTime wall_start_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2}};
  std::multimap<SteadyTime, boost::asio::steady_timer*> waiters_;
};

}  // namespace callosum::async
