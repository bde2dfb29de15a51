#include "async/blocking_pool.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <gmock/gmock.h>
#include <thread>

#include "async/task_thread.hpp"

namespace callosum::async {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace asio = boost::asio;

asio::awaitable<Result<int>> on_pool(BlockingPool& pool, SystemTime& time,
                                     std::chrono::milliseconds limit,
                                     std::shared_ptr<std::atomic<bool>> stop) {
  std::function<Result<int>()> job = [stop]() -> Result<int> {
    while (!*stop) std::this_thread::yield();
    return 5;
  };
  std::function<void()> interrupt = [stop] { *stop = true; };
  const auto deadline = Deadline::after(time, limit);
  auto running = pool.run<int>(deadline, std::move(job), std::move(interrupt));
  auto result = co_await std::move(running);
  co_return result;
}

Result<int> run_on_pool(bool stopped, std::chrono::milliseconds limit) {
  asio::io_context context;
  SystemTime time;
  BlockingPool pool(1, 4);
  auto stop = std::make_shared<std::atomic<bool>>(stopped);
  Result<int> out = fail(ErrorType::internal, "never ran");
  asio::co_spawn(context, on_pool(pool, time, limit, stop),
                 [&](const std::exception_ptr&, Result<int> r) { out = std::move(r); });
  context.run();
  return out;
}

TEST(BlockingPool, BringsTheResultBackToTheCaller) {
  const auto result = run_on_pool(true, 10s);

  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 5);
}

TEST(BlockingPool, InterruptsAJobAtItsDeadlineAndAnswersTimeout) {
  const auto result = run_on_pool(false, 5ms);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::timeout);
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

/// Jobs of several shares, which run once they are let go.
class SharesTest : public ::testing::Test {
 protected:
  SharesTest(std::size_t threads, std::size_t max_queued) : pool(threads, max_queued) {}
  ~SharesTest() override { may_end = true; }

  /// Runs until it is over, or is refused.
  void ask(const std::string& share, bool waits, bool is_owed = false) {
    asio::co_spawn(context, run_one({share, is_owed}, waits), asio::detached);
    context.poll();
  }
  void until(const std::function<bool()>& is_so) {
    while (!is_so()) {
      context.poll();
      std::this_thread::yield();
    }
  }
  std::size_t count(const std::vector<std::string>& all, const std::string& share) const {
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), share));
  }

  asio::awaitable<void> run_one(JobClaim claim, bool waits) {
    const auto share = claim.share;
    std::function<Result<int>()> work = [this, share, waits]() -> Result<int> {
      ++running;
      while (waits && !may_end) std::this_thread::yield();
      const std::lock_guard lock(mutex);
      order.push_back(share);
      return 1;
    };
    auto asking = pool.run<int>(Deadline::after(time, 1h), std::move(work), {}, std::move(claim));
    const auto ended = co_await std::move(asking);
    (ended ? answered : refused).push_back(share);
  }

  asio::io_context context;
  SystemTime time;
  std::atomic<bool> may_end{false};
  std::atomic<int> running{0};
  std::mutex mutex;
  std::vector<std::string> order;
  std::vector<std::string> answered;
  std::vector<std::string> refused;
  BlockingPool pool;
};

class FourThreads : public SharesTest {
 protected:
  FourThreads() : SharesTest(4, 100) {}
};

TEST_F(FourThreads, OneShareNeverHasThemAll) {
  for (int i = 0; i < 20; ++i) ask("A", true);
  until([&] { return running >= 3; });
  ask("B", false);

  until([&] { return count(answered, "B") == 1; });
  EXPECT_EQ(count(answered, "A"), 0u);
}

TEST_F(FourThreads, WhoNamesNoShareMayHaveThemAll) {
  for (int i = 0; i < 4; ++i) ask("", true);

  until([&] { return running == 4; });
}

TEST_F(FourThreads, WhatOneShareHeldBackIsDoneInTheEnd) {
  for (int i = 0; i < 20; ++i) ask("A", true);
  until([&] { return running >= 3; });
  may_end = true;

  until([&] { return answered.size() == 20; });
}

class OneThread : public SharesTest {
 protected:
  OneThread() : SharesTest(1, 8) {
    ask("first", true);
    until([&] { return running == 1; });
  }
};

TEST_F(OneThread, SharesTakeTurns) {
  for (const char* share : {"A", "A", "A", "B", "B"}) ask(share, false);
  may_end = true;
  until([&] { return answered.size() == 6; });

  EXPECT_THAT(order, ElementsAre("first", "A", "B", "A", "B", "A"));
}

TEST_F(OneThread, NobodysJobsComeBetweenAnyTwo) {
  for (const char* share : {"A", "A", "B", "", "", ""}) ask(share, false);
  may_end = true;
  until([&] { return answered.size() == 7; });

  EXPECT_THAT(order, ElementsAre("first", "A", "", "B", "", "A", ""));
}

TEST_F(OneThread, WhatIsOwedIsNeverRefused) {
  for (const char* share : {"A", "A", "A", "A", "B", "", "", ""}) ask(share, false);
  ask("A", false, true);
  ask("C", false, true);
  EXPECT_THAT(refused, IsEmpty());
  ask("", false);
  EXPECT_THAT(refused, ElementsAre(""));

  may_end = true;
  until([&] { return answered.size() == 11; });
}

TEST_F(OneThread, StopsWithoutWhatStillWaits) {
  ask("A", false);
  may_end = true;
  pool.stop();
  ask("A", false);

  EXPECT_THAT(refused, ElementsAre("A"));
  EXPECT_EQ(order.front(), "first");
}

TEST_F(OneThread, AShareThatFillsItsHalfOfTheQueueLeavesRoomToOthers) {
  for (int i = 0; i < 5; ++i) ask("A", false);
  EXPECT_THAT(refused, ElementsAre("A"));
  for (const char* share : {"B", "", "", ""}) ask(share, false);
  EXPECT_THAT(refused, ElementsAre("A"));
  ask("C", false);

  EXPECT_THAT(refused, ElementsAre("A", "C"));  // now it is full
}

}  // namespace
}  // namespace callosum::async
