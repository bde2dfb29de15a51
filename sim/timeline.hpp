#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>

#include "async/event.hpp"
#include "async/time_source.hpp"

namespace callosum::sim {

/// What one connection does later: actions by their time, in one task. Equal times keep their
/// order.
class Timeline {
 public:
  Timeline(const boost::asio::any_io_executor& executor, async::TimeSource& time)
      : changed_(executor), time_(time) {}

  void after(std::chrono::milliseconds delay, std::function<void()> action);
  /// Until cancelled. What is left then never happens.
  boost::asio::awaitable<void> run();

 private:
  void run_due();

  async::Event changed_;
  async::TimeSource& time_;
  std::multimap<SteadyTime, std::function<void()>> actions_;
};

}  // namespace callosum::sim
