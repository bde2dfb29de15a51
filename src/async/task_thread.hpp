#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "async/task_group.hpp"
#include "async/time_source.hpp"

namespace callosum::async {

/// A thread for tasks that belong to no session, so that they end whatever becomes of those who
/// wait for them. Its destructor cancels what runs and joins. The process's signals are for other
/// threads; a write to a peer that has gone is an error there, not a signal.
class TaskThread {
 public:
  /// `on_broken`: its tasks cannot go on, which is a bug. Called on the thread.
  explicit TaskThread(std::function<void()> on_broken);
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  /// From any thread: `work` is called on this one, while it lives.
  void post(std::function<void(TaskGroup& tasks)> work);
  /// From any thread: the coroutine that `make` returns is run on this one.
  void start(const char* name, std::function<boost::asio::awaitable<void>()> make);

  /// Cancels what runs and joins; nothing that is posted later is done. What its tasks have used
  /// and its executor can be let go then.
  void stop();

  boost::asio::any_io_executor executor() const;
  TimeSource& time();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace callosum::async
