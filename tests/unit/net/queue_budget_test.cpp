#include "net/queue_budget.hpp"

#include <atomic>
#include <deque>
#include <thread>

#include "net/ws_send_queue.hpp"
#include "net_world.hpp"

namespace callosum::net {
namespace {

/// A connection's queue that sheds when it is told to.
struct Reader final : QueueMember {
  explicit Reader(const std::shared_ptr<QueueBudget>& b, std::size_t max_bytes = 10'000'000)
      : budget(b), queue(max_bytes) {
    queue.join(b, *this);
  }
  void shed_soon() override { is_asked = true; }
  bool push(std::size_t bytes, FrameKind kind = FrameKind::audio) {
    return queue.push(std::string(bytes, 'a'), 0, kind);
  }
  void shed() {
    is_asked = false;
    queue.drop_older_audio();
    budget->has_shed();
  }

  std::shared_ptr<QueueBudget> budget;
  WsSendQueue queue;
  std::atomic<bool> is_asked{false};
};

TEST(QueueBudget, AsksTheSlowestBeforeItIsSpent) {
  const auto budget = std::make_shared<QueueBudget>(1'000'000);
  Reader slow(budget);
  Reader slower(budget);
  for (int i = 0; i < 20; ++i) slow.push(10'000);
  for (int i = 0; i < 60; ++i) slower.push(10'000);
  EXPECT_FALSE(slow.is_asked || slower.is_asked);

  for (int i = 0; i < 8; ++i) slow.push(10'000);

  EXPECT_FALSE(slow.is_asked);
  EXPECT_TRUE(slower.is_asked);
  EXPECT_LE(budget->used(), budget->most());
  const auto before = budget->used();
  slower.shed();
  EXPECT_EQ(slower.queue.dropped_audio(), 30u);
  EXPECT_LT(budget->used(), before - 290'000);
  EXPECT_EQ(slow.queue.dropped_audio(), 0u);
}

TEST(QueueBudget, AsksOneAtATime) {
  const auto budget = std::make_shared<QueueBudget>(100'000);
  Reader one(budget);
  Reader other(budget);
  for (int i = 0; i < 9; ++i) one.push(10'000);
  ASSERT_TRUE(one.is_asked);
  one.queue.clear();

  for (int i = 0; i < 9; ++i) other.push(10'000);
  const bool asked_meanwhile = other.is_asked;
  one.shed();
  other.push(100);

  EXPECT_FALSE(asked_meanwhile);
  EXPECT_TRUE(other.is_asked);
}

TEST(QueueBudget, IsNeverOverdrawnWhoeverPushes) {
  const auto budget = std::make_shared<QueueBudget>(100'000);
  std::deque<Reader> readers;
  for (int i = 0; i < 5; ++i) readers.emplace_back(budget);
  bool is_control_refused = false;
  for (int i = 0; i < 100; ++i) {
    for (auto& reader : readers) {
      EXPECT_TRUE(reader.push(5'000));
      is_control_refused |= !reader.push(5'000, FrameKind::control);
      ASSERT_LE(budget->used(), budget->most());
    }
  }
  EXPECT_TRUE(is_control_refused);
}

TEST(QueueBudget, GetsBackWhatWasSentDroppedOrLeftBehind) {
  const auto budget = std::make_shared<QueueBudget>(100'000);
  {
    Reader one(budget);
    Reader gone(budget);
    for (int i = 0; i < 5; ++i) one.push(1'000);
    gone.push(1'000);
    one.queue.front();
    one.queue.consume(1'500);
    one.queue.drop_unsent();
    EXPECT_GT(budget->used(), 1'000u);
  }

  EXPECT_EQ(budget->used(), 0u);
}

TEST(QueueBudget, CountsOneMessageLargerThanItsQueueBesideTheQueue) {
  const auto budget = std::make_shared<QueueBudget>(100'000);
  Reader reader(budget, 10'000);
  reader.push(1'000, FrameKind::control);

  EXPECT_TRUE(reader.push(50'000, FrameKind::control));
  EXPECT_FALSE(reader.push(50'000, FrameKind::control)) << "a second one at the same time";
  EXPECT_TRUE(reader.push(8'000, FrameKind::control));
  EXPECT_FALSE(reader.push(2'000, FrameKind::control));
  EXPECT_GT(budget->used(), 59'000u);
  while (reader.queue.bytes() > 8'000) {
    reader.queue.front();
    reader.queue.consume(500);
  }
  EXPECT_FALSE(reader.push(2'100, FrameKind::control));
  EXPECT_TRUE(reader.push(20'000, FrameKind::control)) << "the first has gone";
  reader.queue.clear();
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_TRUE(reader.push(50'000, FrameKind::control));
  EXPECT_FALSE(reader.push(200'000, FrameKind::control)) << "more than all may hold";
}

TEST(QueueBudget, IsSharedByThreads) {
  constexpr std::size_t kMost = 1'000'000;
  const auto budget = std::make_shared<QueueBudget>(kMost);
  std::atomic<std::size_t> most_used{0};
  std::atomic<std::uint64_t> dropped{0};
  const auto work = [&] {
    for (int life = 0; life < 20; ++life) {
      Reader reader(budget);
      for (int i = 0; i < 500; ++i) {
        reader.push(3'000);
        if (reader.is_asked) reader.shed();
        most_used = std::max(most_used.load(), budget->used());
      }
      dropped += reader.queue.dropped_audio();
      if (reader.is_asked) reader.shed();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(budget->used(), 0u);
  EXPECT_GT(dropped, 0u);
  EXPECT_LE(most_used, kMost + 4 * 3'200);  // each looks before it leaps
}

/// Serves a connection and remembers it; null again when it has ended.
asio::awaitable<void> hold(std::unique_ptr<WsConnection> connection,
                           std::vector<WsConnection*>& held, async::TimeSource& time) {
  const auto index = held.size();
  held.push_back(connection.get());
  while (true) {
    const auto message = co_await connection->read(async::Deadline::none(time));
    if (!message) break;
  }
  held[index] = nullptr;
}

TEST(QueueBudget, CostsDeafReadersTheirAudioAndThenTheirConnectionsAndOthersNothing) {
  std::vector<WsConnection*> held;
  NetWorld world;
  const auto budget = std::make_shared<QueueBudget>(1 << 20);
  world.handler.decision.limits.budget = budget;
  world.handler.decision.limits.max_queued_bytes = 512 * 1024;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> connection) {
    return hold(std::move(connection), held, world.time);
  };
  std::vector<Result<std::unique_ptr<WsConnection>>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(world.run(connect_to(world)));
  world.run_until([&] { return held.size() == 6; });
  const std::string audio(20'000, 'a');
  const std::string control(2'000, 'c');
  std::uint64_t dropped = 0;
  const auto flood = [&](std::size_t i, std::string_view piece, FrameKind kind) {
    if (!held[i]) return;
    held[i]->send(piece, kind);
    dropped = std::max(dropped, held[i]->dropped_audio_frames());
  };
  for (int round = 0; round < 1'200; ++round) {
    for (std::size_t deaf = 1; deaf < 6; ++deaf) {
      flood(deaf, audio, FrameKind::audio);
      if (round > 500) flood(deaf, control, FrameKind::control);
    }
    world.context.poll();
    ASSERT_LE(budget->used(), budget->most() + 6 * 48 * 1024);
    ASSERT_TRUE(held[0]->send(control, FrameKind::control));
    const auto heard = world.run((*clients[0])->read(world.in(10s)));
    ASSERT_TRUE(heard);
  }

  EXPECT_GT(dropped, 100u);
  for (std::size_t deaf = 1; deaf < 6; ++deaf) EXPECT_EQ(held[deaf], nullptr) << deaf;
  world.run_until([&] { return budget->used() == 0; });
}

}  // namespace
}  // namespace callosum::net
