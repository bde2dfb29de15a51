#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "async/time_source.hpp"

namespace callosum::async {

/// Concurrent work that ends with the frame it lives in: spawn, wait_any or wait_all, cancel, join.
/// One thread. A cancellation of the owner is held back while it joins and unwinds at the end of
/// `join`. A task's exception that is not a cancellation is a bug: `join` throws the first one.
class TaskGroup {
 public:
  TaskGroup(boost::asio::any_io_executor executor, TimeSource& time);
  ~TaskGroup();  ///< must have been joined: the tasks refer to the owner's frame
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// `name` (a literal) is for diagnosis. Returns the task's number.
  std::size_t spawn(const char* name, boost::asio::awaitable<void> task);
  /// A task whose end `wait_any` and `wait_all` do not wait for; cancelled and joined like the
  /// rest.
  std::size_t spawn_beside(const char* name, boost::asio::awaitable<void> task);
  void cancel();                  ///< every task
  void cancel(std::size_t task);  ///< one

  boost::asio::awaitable<void> wait_any();  ///< one more task has ended, or the owner was cancelled
  boost::asio::awaitable<void> wait_all();  ///< all have ended, or the owner was cancelled
  boost::asio::awaitable<void> join();
  std::size_t running() const;
  const char* first_ended() const;  ///< name of the task that ended first, or null

 private:
  struct State;
  std::size_t start(const char* name, boost::asio::awaitable<void> task, bool is_beside);
  boost::asio::awaitable<void> wait_until(std::size_t ended);

  std::shared_ptr<State> state_;
};

}  // namespace callosum::async
