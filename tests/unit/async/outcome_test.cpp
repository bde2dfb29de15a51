#include "async/outcome.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <gtest/gtest.h>
#include <thread>

#include "async/blocking_pool.hpp"
#include "async/task_thread.hpp"
#include "async/with_deadline.hpp"
#include "virtual_world.hpp"

namespace callosum::async {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using testing::VirtualWorld;

using Number = Outcome<int>;

asio::awaitable<std::optional<int>> wait_for(std::shared_ptr<Number> outcome, Deadline deadline) {
  return outcome->wait(deadline);
}

asio::awaitable<void> set_at(Deadline when, std::shared_ptr<Number> outcome, int value) {
  co_await sleep_until(when);
  outcome->set(value);
}

TEST(Outcome, IsThereWhereItWasSetBeforeAnybodyWaits) {
  VirtualWorld world;
  const auto outcome = std::make_shared<Number>();
  outcome->set(7);

  EXPECT_EQ(world.run(wait_for(outcome, world.in(1s))), 7);
}

TEST(Outcome, WakesWhoWaitsForIt) {
  VirtualWorld world;
  const auto outcome = std::make_shared<Number>();
  asio::co_spawn(world.context(), set_at(world.in(1s), outcome, 7), asio::detached);
  const auto begun = world.time().now();

  EXPECT_EQ(world.run(wait_for(outcome, world.in(3s))), 7);
  EXPECT_EQ(world.time().now() - begun, 1s);
}

TEST(Outcome, IsNothingWhereItIsLateAndThenNobodyTakesIt) {
  VirtualWorld world;
  const auto outcome = std::make_shared<Number>();
  EXPECT_FALSE(outcome->is_abandoned());

  EXPECT_EQ(world.run(wait_for(outcome, world.in(1s))), std::nullopt);

  EXPECT_TRUE(outcome->is_abandoned());
  outcome->set(7);
}

/// A job on a pool that outlives the loop of whoever asked for it.
struct SlowJob {
  std::promise<void> begun;
  std::atomic<bool> may_end{false};
  std::shared_ptr<int> made = std::make_shared<int>(7);
};

asio::awaitable<void> ask(BlockingPool& pool, TimeSource& time, SlowJob& job) {
  using Made = std::shared_ptr<int>;
  std::function<Result<Made>()> work = [&job]() -> Result<Made> {
    job.begun.set_value();
    while (!job.may_end) std::this_thread::yield();
    return job.made;
  };
  auto asking = pool.run<Made>(Deadline::after(time, 1h), std::move(work));
  co_await std::move(asking);
}

TEST(BlockingPool, AJobMayEndAfterTheLoopOfWhoeverAskedForIt) {
  SlowJob job;
  {
    BlockingPool pool(1, 4);
    {
      TaskThread thread([] { FAIL() << "it broke"; });
      thread.start("ask", [&] { return ask(pool, thread.time(), job); });
      job.begun.get_future().get();
    }
    job.may_end = true;
  }
  EXPECT_EQ(job.made.use_count(), 1);  // what nobody takes any more is dropped
}

}  // namespace
}  // namespace callosum::async
