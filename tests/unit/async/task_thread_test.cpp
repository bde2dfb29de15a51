#include "async/task_thread.hpp"

#include <future>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "async/with_deadline.hpp"

namespace callosum::async {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> tell_thread(std::promise<std::thread::id>& told) {
  told.set_value(std::this_thread::get_id());
  co_return;
}

/// Waits for ever, and says when it has ended.
asio::awaitable<void> wait_until_cancelled(TimeSource& time, std::promise<void>& begun,
                                           bool& has_ended) {
  struct End {
    bool& has_ended;
    ~End() { has_ended = true; }
  } const end{has_ended};
  begun.set_value();
  const auto late = Deadline::after(time, std::chrono::hours(24));
  co_await sleep_until(late);
}

TEST(TaskThread, RunsTasksOnAThreadOfItsOwn) {
  TaskThread thread([] { FAIL() << "it broke"; });
  std::promise<std::thread::id> told;
  thread.start("tell", [&told] { return tell_thread(told); });
  EXPECT_NE(told.get_future().get(), std::this_thread::get_id());
}

TEST(TaskThread, CancelsWhatRunsAndJoinsWhenItStops) {
  TaskThread thread([] { FAIL() << "it broke"; });
  std::promise<void> begun;
  bool has_ended = false;
  thread.start("wait", [&] { return wait_until_cancelled(thread.time(), begun, has_ended); });
  begun.get_future().get();
  thread.stop();
  EXPECT_TRUE(has_ended);
  thread.post([](TaskGroup&) { FAIL() << "nothing is done any more"; });
  thread.stop();
}

/// Cancelled, it asks for more.
asio::awaitable<void> post_at_the_end(TaskThread& thread, std::promise<void>& begun,
                                      bool& has_run) {
  struct Post {
    TaskThread& thread;
    bool& has_run;
    ~Post() {
      thread.post([&has_run = has_run](TaskGroup&) { has_run = true; });
    }
  } const post{thread, has_run};
  begun.set_value();
  const auto late = Deadline::after(thread.time(), std::chrono::hours(24));
  co_await sleep_until(late);
}

TEST(TaskThread, StartsNothingMoreOnceItStops) {
  TaskThread thread([] { FAIL() << "it broke"; });
  std::promise<void> begun;
  bool has_run = false;
  thread.start("ask", [&] { return post_at_the_end(thread, begun, has_run); });
  begun.get_future().get();
  thread.stop();

  EXPECT_FALSE(has_run);
}

TEST(TaskThread, SaysThatATaskHasBrokenIt) {
  std::promise<void> broken;
  TaskThread thread([&broken] { broken.set_value(); });
  thread.start("throws", []() -> asio::awaitable<void> {
    throw std::runtime_error("a bug");
    co_return;
  });
  thread.stop();
  broken.get_future().get();
}

}  // namespace
}  // namespace callosum::async
