// Counts what the relay of audio asks of the heap.
#include <gtest/gtest.h>

#include "heap_count.hpp"
#include "net_world.hpp"

namespace callosum::net {
namespace {

// A 20 ms audio event: 24 kHz PCM16 is 960 bytes, as base64 1,280, in its JSON about 1.5 KB.
constexpr std::size_t kAudioEventBytes = 1'500;

asio::awaitable<void> relay(WsConnection& from, WsConnection& to, async::TimeSource& time) {
  while (true) {
    const auto message = co_await from.read(async::Deadline::none(time));
    if (!message) co_return;
    to.send(message->data, FrameKind::audio);
  }
}

/// caller (client end) -> server leg `a` -> relay -> server leg `b` -> the other client end.
struct RelayWorld {
  RelayWorld() {
    world.handler.decision.serve = [this](std::unique_ptr<WsConnection> c) {
      return keep(std::move(c));
    };
    caller = std::move(*world.run(connect_to(world)));
    listener = std::move(*world.run(connect_to(world)));
    world.run_until([this] { return legs.size() == 2; });
  }
  asio::awaitable<void> keep(std::unique_ptr<WsConnection> connection) {
    legs.push_back(std::move(connection));
    co_return;
  }

  NetWorld world;
  std::vector<std::unique_ptr<WsConnection>> legs;
  std::unique_ptr<WsConnection> caller;
  std::unique_ptr<WsConnection> listener;
};

asio::awaitable<bool> pace(RelayWorld& r, std::size_t warm_up, std::size_t counted) {
  const std::string event(kAudioEventBytes, 'a');
  for (std::size_t i = 0; i < warm_up + counted; ++i) {
    testing::heap_is_counted = i >= warm_up;
    r.caller->send(event, FrameKind::audio);
    const auto heard = co_await r.listener->read(async::Deadline::none(r.world.time));
    if (!heard || heard->data.size() != event.size()) co_return false;
  }
  testing::heap_is_counted = false;
  co_return true;
}

TEST(WsAllocation, RelaysAudioWithoutAskingTheHeapInTheSteadyState) {
  RelayWorld r;
  constexpr std::size_t kWarmUp = 50;
  constexpr std::size_t kCounted = 500;
  bool has_ended = false;
  auto relaying = relay(*r.legs[0], *r.legs[1], r.world.time);
  asio::co_spawn(r.world.context, std::move(relaying),
                 [&](const std::exception_ptr&) { has_ended = true; });
  testing::heap_count = 0;

  bool is_heard = false;
  asio::co_spawn(r.world.context, pace(r, kWarmUp, kCounted),
                 [&](const std::exception_ptr&, bool heard) {
                   is_heard = heard;
                   r.world.context.stop();
                 });
  // In one go, as a server does: what Asio keeps for reuse lives as long as its `run`.
  r.world.context.restart();
  r.world.context.run();
  r.world.context.restart();

  EXPECT_TRUE(is_heard);
  EXPECT_EQ(testing::heap_count, 0u);
  r.caller->abort();
  r.world.run_until([&] { return has_ended; });
}

}  // namespace
}  // namespace callosum::net
