#include "async/shared_outcome.hpp"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <thread>

#include "async/task_group.hpp"
#include "real_world.hpp"

namespace callosum::async {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using testing::RealWorld;

TEST(SharedOutcome, ReachesEveryThreadThatWaitsAndWhoeverComesLate) {
  SharedOutcome<int> outcome;
  std::vector<int> heard(20);
  std::vector<std::thread> threads;
  for (auto& one : heard) {
    threads.emplace_back([&outcome, &one] {
      RealWorld world;
      one = world.run(outcome.wait(world.in(10s))).value();
    });
  }
  outcome.set(7);
  for (auto& thread : threads) thread.join();
  RealWorld world;

  EXPECT_EQ(heard, std::vector<int>(20, 7));
  EXPECT_EQ(*world.run(outcome.wait(world.in(10s))), 7);
}

TEST(SharedOutcome, CarriesAFailureAndTimesOutWithoutOne) {
  RealWorld world;
  SharedOutcome<int> outcome;
  EXPECT_EQ(world.run(outcome.wait(world.in(5ms))).error().type, ErrorType::timeout);

  outcome.set(fail(ErrorType::auth, "no"));  // nobody waits any more

  EXPECT_EQ(world.run(outcome.wait(world.in(5ms))).error().type, ErrorType::auth);
}

asio::awaitable<void> wait_for(SharedOutcome<int>& outcome, Deadline deadline) {
  auto waiting = outcome.wait(deadline);
  const auto ignored = co_await std::move(waiting);
}

asio::awaitable<Result<int>> cancel_one(SharedOutcome<int>& outcome, Deadline deadline) {
  TaskGroup tasks(co_await asio::this_coro::executor, deadline.time());
  const auto first = tasks.spawn("first", wait_for(outcome, deadline));
  tasks.spawn("second", wait_for(outcome, deadline));
  tasks.cancel(first);
  co_await tasks.wait_any();
  const bool one_is_left = tasks.running() == 1;
  outcome.set(3);
  co_await tasks.wait_all();
  co_await tasks.join();
  co_return one_is_left ? 1 : 0;
}

TEST(SharedOutcome, IsThereForTheOthersWhenOneIsCancelled) {
  RealWorld world;
  SharedOutcome<int> outcome;

  EXPECT_EQ(*world.run(cancel_one(outcome, world.in(10s))), 1);
}

}  // namespace
}  // namespace callosum::async
