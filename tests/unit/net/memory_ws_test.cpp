#include "memory_ws.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <gtest/gtest.h>

#include "async/with_deadline.hpp"
#include "virtual_world.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<std::string> talk(VirtualWorld& world, MemoryWsPair& pair) {
  pair.client->send("one");
  pair.client->send_binary("two");
  pair.client->abort();
  std::string heard;
  while (true) {
    const auto message = co_await pair.server->read(async::Deadline::none(world.time()));
    if (!message) break;
    heard += std::string(message->data) + (message->is_binary ? "(binary) " : " ");
  }
  co_return heard + std::to_string(pair.server->close_info()->code);
}

TEST(MemoryWs, GivesWhatWasSentBeforeTheEnd) {
  VirtualWorld world;
  auto pair = make_memory_ws_pair(world.executor());

  EXPECT_EQ(world.run(talk(world, pair)), "one two(binary) 1006");
}

asio::awaitable<void> read_to_the_end(net::WsConnection& end, async::TimeSource& time) {
  while (true) {
    const auto message = co_await end.read(async::Deadline::none(time));
    if (!message) co_return;
  }
}

asio::awaitable<bool> close_it(VirtualWorld& world, net::WsConnection& end) {
  const auto deadline = world.in(5s);
  co_await end.close(4000, "done", deadline);
  co_return end.close_info().has_value();
}

TEST(MemoryWs, ClosesInGoodOrderWhenTheOtherEndReads) {
  VirtualWorld world;
  auto pair = make_memory_ws_pair(world.executor());
  auto reading = read_to_the_end(*pair.server, world.time());
  asio::co_spawn(world.context(), std::move(reading), [](const std::exception_ptr&) {});

  EXPECT_TRUE(world.run(close_it(world, *pair.client)));

  EXPECT_EQ(pair.server->close_info()->code, 4000);
  EXPECT_TRUE(pair.server->close_info()->by_peer);
  EXPECT_EQ(pair.client->close_info()->code, 4000);
  EXPECT_FALSE(pair.client->close_info()->by_peer);
  EXPECT_FALSE(pair.server->send("too late"));
}

TEST(MemoryWs, GivesUpClosingAtTheDeadline) {
  VirtualWorld world;
  auto pair = make_memory_ws_pair(world.executor());

  EXPECT_TRUE(world.run(close_it(world, *pair.client)));

  EXPECT_EQ(pair.client->close_info()->code, 1006);
}

TEST(MemoryWs, LosesTheOldestAudioAndThenEnds) {
  VirtualWorld world;
  net::WsLimits limits;
  limits.max_queued_bytes = 10;
  auto pair = make_memory_ws_pair(world.executor(), limits);

  EXPECT_TRUE(pair.client->send("aaaa", net::FrameKind::audio));
  EXPECT_TRUE(pair.client->send("bbbb", net::FrameKind::audio));
  EXPECT_TRUE(pair.client->send("cccc"));
  EXPECT_EQ(pair.client->dropped_audio_frames(), 1u);
  EXPECT_TRUE(pair.client->send("dddd"));
  EXPECT_FALSE(pair.client->send("eeee"));

  EXPECT_EQ(pair.client->dropped_audio_frames(), 2u);
  EXPECT_EQ(pair.client->close_info()->code, 1008);
}

asio::awaitable<ErrorType> read_briefly(VirtualWorld& world, net::WsConnection& end) {
  const auto message = co_await end.read(world.in(1s));
  co_return message ? ErrorType::internal : message.error().type;
}

TEST(MemoryWs, TimesOutWithoutEnding) {
  VirtualWorld world;
  auto pair = make_memory_ws_pair(world.executor());

  EXPECT_EQ(world.run(read_briefly(world, *pair.server)), ErrorType::timeout);
  EXPECT_FALSE(pair.server->close_info());
}

}  // namespace
}  // namespace callosum::testing
