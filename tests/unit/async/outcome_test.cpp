#include "async/outcome.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace callosum::async
