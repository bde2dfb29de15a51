#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "async/bounded_queue.hpp"
#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "virtual_world.hpp"

namespace callosum::async {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using testing::VirtualWorld;

struct Flag {
  bool& flag;
  ~Flag() { flag = true; }
};

asio::awaitable<Result<int>> answer_after(Deadline when, int value) {
  co_await sleep_until(when);
  co_return value;
}

asio::awaitable<Result<int>> hang(VirtualWorld& world, bool& unwound) {
  const Flag flag{unwound};
  co_await sleep_until(Deadline::none(world.time()));
  co_return 0;
}

asio::awaitable<Result<int>> explode() {
  throw std::logic_error("bug");
  co_return 0;
}

TEST(WithDeadline, GivesTheResultOfWorkThatEndsInTime) {
  VirtualWorld world;

  const auto result = world.run(with_deadline(world.in(2s), answer_after(world.in(1s), 7)));

  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 7);
}

asio::awaitable<void> interrupt_at(Deadline when, Interrupter& interrupter) {
  co_await sleep_until(when);
  interrupter.interrupt();
}

TEST(WithDeadline, EndsAsIfItWereOverWhenItIsInterrupted) {
  VirtualWorld world;
  bool unwound = false;
  Interrupter interrupter;
  interrupter.interrupt();  // nobody waits yet
  const auto start = world.time().now();
  asio::co_spawn(world.context(), interrupt_at(world.in(1s), interrupter), asio::detached);

  const auto result = world.run(with_deadline(world.in(1h), hang(world, unwound), &interrupter));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::timeout);
  EXPECT_TRUE(unwound);
  EXPECT_EQ(world.time().now() - start, 1s);
  interrupter.interrupt();  // nor any more
}

TEST(WithDeadline, UnwindsWorkThatIsTooSlowBeforeItAnswers) {
  VirtualWorld world;
  bool unwound = false;
  const auto start = world.time().now();

  const auto result = world.run(with_deadline(world.in(2s), hang(world, unwound)));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::timeout);
  EXPECT_TRUE(unwound);
  EXPECT_EQ(world.time().now() - start, 2s);
}

TEST(WithDeadline, LetsABugPass) {
  VirtualWorld world;

  EXPECT_THROW(world.run(with_deadline(world.in(2s), explode())), std::logic_error);
}

asio::awaitable<void> hang_within(VirtualWorld& world, bool& unwound) {
  const auto result = co_await with_deadline(world.in(1h), hang(world, unwound));
  (void)result;
}

asio::awaitable<void> end_after(Deadline when) { co_await sleep_until(when); }

asio::awaitable<bool> cancelled_group_unwinds_children(VirtualWorld& world) {
  bool unwound = false;
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor, world.time());
  tasks.spawn("slow", hang_within(world, unwound));
  tasks.spawn("quick", end_after(world.in(5ms)));

  co_await tasks.wait_any();
  const bool still_running = !unwound && tasks.running() == 1;
  tasks.cancel();
  co_await tasks.join();
  co_return still_running&& unwound;
}

TEST(TaskGroup, EndsTheOthersWhenOneEnds) {
  VirtualWorld world;

  EXPECT_TRUE(world.run(cancelled_group_unwinds_children(world)));
}

asio::awaitable<void> group_that_waits(VirtualWorld& world, bool& child_unwound, bool& after_join) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor, world.time());
  tasks.spawn("child", hang_within(world, child_unwound));
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
  after_join = true;  // not reached: the owner was cancelled
}

asio::awaitable<void> cancel_a_group(VirtualWorld& world, bool& child_unwound, bool& after_join) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup outer(executor, world.time());
  outer.spawn("group", group_that_waits(world, child_unwound, after_join));
  co_await sleep_until(world.in(1s));
  outer.cancel();
  co_await outer.join();
}

TEST(TaskGroup, JoinsItsChildrenBeforeACancelledOwnerUnwinds) {
  VirtualWorld world;
  bool child_unwound = false;
  bool after_join = false;

  world.run(cancel_a_group(world, child_unwound, after_join));

  EXPECT_TRUE(child_unwound);
  EXPECT_FALSE(after_join);
}

/// Takes a second to unwind.
asio::awaitable<void> unwind_slowly(VirtualWorld& world) {
  std::exception_ptr cancelled;
  try {
    co_await sleep_until(world.in(1h));
  } catch (...) {
    cancelled = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await shield();
  co_await sleep_until(world.in(1s));
  co_await unshield();
  std::rethrow_exception(cancelled);
}

asio::awaitable<Result<int>> unwind_slowly_within(VirtualWorld& world) {
  co_await unwind_slowly(world);
  co_return 1;
}

asio::awaitable<void> group_that_joins_slowly(VirtualWorld& world, bool& after_join) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor, world.time());
  tasks.spawn("child", unwind_slowly(world));
  tasks.cancel();
  co_await tasks.join();
  after_join = true;
}

asio::awaitable<void> late_work(VirtualWorld& world, bool& afterwards) {
  const auto result = co_await with_deadline(world.in(1ms), unwind_slowly_within(world));
  afterwards = true;
  (void)result;
}

asio::awaitable<void> cancel_meanwhile(VirtualWorld& world, asio::awaitable<void> work) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup outer(executor, world.time());
  outer.spawn("work", std::move(work));
  co_await sleep_until(world.in(500ms));
  outer.cancel();
  co_await outer.join();
}

TEST(TaskGroup, UnwindsAnOwnerThatIsCancelledWhileItJoins) {
  VirtualWorld world;
  bool after_join = false;

  world.run(cancel_meanwhile(world, group_that_joins_slowly(world, after_join)));

  EXPECT_FALSE(after_join);
}

TEST(WithDeadline, UnwindsACallerThatIsCancelledWhileLateWorkUnwinds) {
  VirtualWorld world;
  bool afterwards = false;

  world.run(cancel_meanwhile(world, late_work(world, afterwards)));

  EXPECT_FALSE(afterwards);
}

asio::awaitable<bool> group_with_one_beside(VirtualWorld& world, bool& unwound) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor, world.time());
  tasks.spawn_beside("short", end_after(world.in(1ms)));
  tasks.spawn_beside("long", hang_within(world, unwound));
  tasks.spawn("main", end_after(world.in(5ms)));

  co_await tasks.wait_any();
  const bool waited_for_main = tasks.running() == 1 && std::string(tasks.first_ended()) == "main";
  co_await tasks.wait_any();  // nothing is left to wait for
  co_await tasks.wait_all();
  const bool still_runs = !unwound;
  tasks.cancel();
  co_await tasks.join();
  co_return waited_for_main&& still_runs;
}

TEST(TaskGroup, JoinsButDoesNotWaitForWhatRunsBeside) {
  VirtualWorld world;
  bool unwound = false;

  EXPECT_TRUE(world.run(group_with_one_beside(world, unwound)));
  EXPECT_TRUE(unwound);
}

asio::awaitable<void> throw_bug() {
  throw std::logic_error("bug");
  co_return;
}

asio::awaitable<void> group_with_a_bug(VirtualWorld& world) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor, world.time());
  tasks.spawn("bug", throw_bug());
  co_await tasks.wait_all();
  co_await tasks.join();
}

TEST(TaskGroup, JoinThrowsTheBugOfATask) {
  VirtualWorld world;

  EXPECT_THROW(world.run(group_with_a_bug(world)), std::logic_error);
}

asio::awaitable<int> fill_and_drain(VirtualWorld& world) {
  const auto executor = co_await asio::this_coro::executor;
  BoundedQueue<int> queue(executor, 2);
  const bool kept = queue.push(1) && queue.push(2);
  const bool refused = !queue.push(3);
  queue.close();
  int sum = kept && refused ? 100 : 0;
  while (true) {
    const auto value = co_await queue.pop(world.in(1s));
    if (!value) break;
    sum += *value;
  }
  co_return sum;
}

TEST(BoundedQueue, RefusesWhatDoesNotFitAndGivesTheRestAfterClose) {
  VirtualWorld world;

  EXPECT_EQ(world.run(fill_and_drain(world)), 103);
}

boost::asio::awaitable<void> nothing() { co_return; }

boost::asio::awaitable<bool> end_many(TimeSource& time) {
  TaskGroup tasks(co_await boost::asio::this_coro::executor, time);
  // None of them leaves before the loop turns: cancelling looks at each once, not at all for each.
  for (int i = 0; i < 200'000; ++i) tasks.spawn("nothing", nothing());
  tasks.cancel();
  co_await tasks.join();
  co_return true;
}

TEST(TaskGroup, CancelsHundredsOfThousandsWithoutLookingAtAllForEach) {
  testing::VirtualWorld world;

  EXPECT_TRUE(world.run(end_many(world.time())));
}

}  // namespace
}  // namespace callosum::async
