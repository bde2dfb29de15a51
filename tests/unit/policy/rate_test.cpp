#include "policy/rate.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "gate_world.hpp"

namespace callosum::policy {
namespace {

using namespace std::chrono_literals;

struct RateWorld : GateWorld {
  registry::ToolSpec read = make_tool("list");
  registry::ToolSpec write = [] {
    auto tool = make_tool("create");
    tool.access = registry::Access::write;
    return tool;
  }();

  int passes_of(Gate& gate, const registry::ToolSpec& tool, int times) {
    int passed = 0;
    for (int i = 0; i < times; ++i) passed += ask(gate, tool).passes() ? 1 : 0;
    return passed;
  }
};

RateLimits limits_of(Rate reads, Rate writes, std::size_t max_buckets = 1024) {
  return {.reads = reads, .writes = writes, .max_buckets = max_buckets};
}

TEST(RateGate, RefusesWhatComesFasterThanTheBucketFills) {
  RateWorld w;
  RateGate gate(limits_of({60, 5}, {6, 2}));

  EXPECT_EQ(w.passes_of(gate, w.read, 20), 5);
  EXPECT_EQ(w.passes_of(gate, w.write, 20), 2);
  w.world.time().advance(3s);
  EXPECT_EQ(w.passes_of(gate, w.read, 20), 3);
  EXPECT_EQ(w.passes_of(gate, w.write, 20), 0);
  w.world.time().advance(1h);
  EXPECT_EQ(w.passes_of(gate, w.read, 20), 5);
}

TEST(RateGate, SaysWhenToTryAgainAndThenLetsItPass) {
  RateWorld w;
  RateGate gate(limits_of({60, 1}, {1, 1}));
  ASSERT_TRUE(w.ask(gate, w.write).passes());

  const auto verdict = w.ask(gate, w.write);

  ASSERT_EQ(type_of(verdict), "RATE_LIMIT");
  EXPECT_TRUE(is_retryable(verdict.refusal->error.type));
  EXPECT_EQ(verdict.refusal->error.message,
            "that was asked for too often just now; try again in 60 seconds");
  const auto wait = verdict.refusal->extra.at("retry_after_ms").as_int64();
  w.world.time().advance(std::chrono::milliseconds(wait - 2));
  EXPECT_FALSE(w.ask(gate, w.write).passes());
  w.world.time().advance(2ms);
  EXPECT_TRUE(w.ask(gate, w.write).passes());
}

TEST(RateGate, KeepsTenantsAndToolsApart) {
  RateWorld w;
  RateGate gate(limits_of({60, 1}, {60, 1}));
  const auto other = make_tool("other");
  ASSERT_TRUE(w.ask(gate, w.read).passes());
  ASSERT_FALSE(w.ask(gate, w.read).passes());

  EXPECT_TRUE(w.ask(gate, other).passes());
  w.context.tenant_id = "another";
  EXPECT_TRUE(w.ask(gate, w.read).passes());
}

TEST(RateGate, MeasuresAReadThatAnArgumentMakesAWriteAsAWrite) {
  RateWorld w;
  RateGate gate(limits_of({60, 50}, {60, 1}));
  auto tool = make_tool("mail");
  tool.risk = {{{{"action", {json::value("send")}}}, registry::Access::write}};

  EXPECT_EQ(w.ask(gate, tool, R"({"action":"send"})").passes(), true);
  EXPECT_EQ(w.ask(gate, tool, R"({"action":"send"})").passes(), false);
  EXPECT_EQ(w.ask(gate, tool, R"({"action":"read"})").passes(), true);
}

TEST(RateGate, LetsReadsByAndRefusesWritesWhereItsTableIsFullOfBusyBuckets) {
  RateWorld w;
  RateGate gate(limits_of({1, 2}, {1, 2}, 64));
  for (int i = 0; i < 1000; ++i) {
    w.context.tenant_id = "tenant-" + std::to_string(i);
    ASSERT_TRUE(w.ask(gate, w.read).passes());
  }
  EXPECT_EQ(gate.buckets(), 64U);

  w.context.tenant_id = "late";
  EXPECT_EQ(w.passes_of(gate, w.read, 10), 10);
  EXPECT_EQ(type_of(w.ask(gate, w.write)), "RATE_LIMIT");

  w.world.time().advance(3min);  // the buckets are full again, so nothing is lost with them
  EXPECT_TRUE(w.ask(gate, w.write).passes());
  EXPECT_EQ(gate.buckets(), 64U);
}

TEST(RateGate, NobodyGetsANewBucketByCrowdingTheOldOneOut) {
  RateWorld w;
  RateGate gate(limits_of({1, 3}, {1, 3}, 32));
  const auto mine = w.context.tenant_id;
  ASSERT_EQ(w.passes_of(gate, w.write, 5), 3);

  for (int i = 0; i < 2000; ++i) {
    w.context.tenant_id = "tenant-" + std::to_string(i);
    w.passes_of(gate, w.write, 1);
  }
  w.context.tenant_id = mine;

  EXPECT_EQ(w.passes_of(gate, w.write, 5), 0);
}

TEST(RateGate, NoLimitIsNone) {
  RateWorld w;
  RateGate gate(limits_of({0, 1}, {0, 1}));

  EXPECT_EQ(w.passes_of(gate, w.read, 500), 500);
  EXPECT_EQ(w.passes_of(gate, w.write, 500), 500);
  EXPECT_EQ(gate.buckets(), 0U);
}

TEST(RateGate, CountsExactlyWhenManyThreadsAsk) {
  RateGate gate(limits_of({1, 1000}, {1, 1000}));
  std::atomic<int> passed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      RateWorld w;
      passed += w.passes_of(gate, w.read, 500);
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(passed, 1000);
}

}  // namespace
}  // namespace callosum::policy
