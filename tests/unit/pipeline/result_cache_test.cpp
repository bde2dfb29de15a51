#include "pipeline/result_cache.hpp"

#include <gmock/gmock.h>

#include "async/with_deadline.hpp"
#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::make_tool;
using testing::ToolWorld;

registry::ToolSpec make_read(registry::CacheScope scope = registry::CacheScope::session) {
  auto tool = make_tool("stock");
  tool.cache_ttl = 30s;
  tool.cache_scope = scope;
  tool.bind = {{"phone", "session.caller_phone"}};
  return tool;
}
registry::ToolSpec make_write() {
  auto tool = make_tool("restock");
  tool.access = registry::Access::write;
  tool.invalidates = {"stock"};
  return tool;
}

/// Calls by whoever, each with an id and in a turn of its own.
struct Shop {
  explicit Shop(registry::ToolSpec read = make_read()) : w({std::move(read), make_write()}) {
    executor = std::make_unique<Executor>(
        w.world.executor(),
        ExecutorParts{w.world.time(), {&w.duplicate}, w.audit, {}, nullptr, &cache});
  }
  ~Shop() { w.world.run(executor->drain(w.world.in(60s))); }
  CallRequest request(const std::string& tool, const std::string& session = "sess_1",
                      const std::string& phone = "+15550100") {
    auto request = w.request("call_number_" + std::to_string(++calls), tool);
    auto& context = ToolWorld::edit(request);
    context.session_id = session;
    context.caller_phone = phone;
    return request;
  }
  registry::Envelope call(const std::string& tool, const std::string& session = "sess_1",
                          const std::string& phone = "+15550100") {
    return w.world.run(executor->run(request(tool, session, phone)));
  }
  int runs() { return w.scripts["stock"].runs; }

  ToolWorld w;
  ResultCache cache{w.world.time()};
  std::unique_ptr<Executor> executor;
  int calls = 0;
};

TEST(ResultCache, GivesTheSameSessionItsResultAgainForAWhile) {
  Shop shop;
  const auto first = shop.call("stock");
  shop.w.world.time().advance(10s);
  const auto second = shop.call("stock");
  shop.w.world.time().advance(21s);
  const auto third = shop.call("stock");

  EXPECT_FALSE(first.meta.cached);
  EXPECT_TRUE(second.meta.cached);
  EXPECT_EQ(second.meta.age, 10s);
  EXPECT_EQ(second.data, first.data);
  EXPECT_FALSE(third.meta.cached);
  EXPECT_EQ(shop.runs(), 2);
}

TEST(ResultCache, KeepsForAMomentWhatMayHaveMoreBehindIt) {
  Shop shop;
  shop.w.scripts["stock"].is_whole = false;
  EXPECT_FALSE(shop.call("stock").meta.cached);
  EXPECT_TRUE(shop.call("stock").meta.cached);
  shop.w.world.time().advance(1s);
  shop.w.scripts["stock"].is_whole = true;
  EXPECT_FALSE(shop.call("stock").meta.cached);
  shop.w.world.time().advance(2s);

  EXPECT_TRUE(shop.call("stock").meta.cached);
  EXPECT_EQ(shop.runs(), 2);
}

TEST(ResultCache, AnswersACallThatIsCutWhileItWaitsForAnothersResult) {
  std::vector<std::string> answers;
  Shop shop;
  shop.w.scripts["stock"].takes = 1s;
  const auto note = [&](const Executor::Answer& answer) {
    answers.push_back(answer->ok() ? "ok" : std::string(to_string(answer->error->type)));
  };
  shop.executor->submit(shop.request("stock"), note);
  const auto waiting = shop.executor->submit(shop.request("stock"), note);
  shop.w.world.settle();

  shop.executor->interrupt(waiting);
  shop.w.world.settle();

  EXPECT_EQ(answers, std::vector<std::string>{"CANCELLED"});
}

TEST(ResultCache, NeverGivesOneCallersRowsToAnother) {
  Shop by_session;
  by_session.call("stock", "sess_1");
  by_session.call("stock", "sess_2");
  EXPECT_EQ(by_session.runs(), 2);

  // Two callers of one tenant with the same words: the bound number tells them apart.
  Shop by_tenant(make_read(registry::CacheScope::tenant));
  by_tenant.call("stock", "sess_1", "+15550100");
  by_tenant.call("stock", "sess_2", "+15550101");
  EXPECT_EQ(by_tenant.runs(), 2);
  by_tenant.call("stock", "sess_3", "+15550101");
  EXPECT_EQ(by_tenant.runs(), 2);
}

TEST(ResultCache, IsDroppedByAWriteThatNamesIt) {
  Shop shop;
  shop.call("stock");
  shop.call("restock");

  EXPECT_FALSE(shop.call("stock").meta.cached);
  EXPECT_EQ(shop.runs(), 2);
}

TEST(ResultCache, IsDroppedByAWriteThatMayHaveBeenDone) {
  for (const auto type : {ErrorType::timeout, ErrorType::invalid_output, ErrorType::permanent}) {
    Shop shop;
    shop.call("stock");
    shop.w.scripts["restock"].error = fail(type, "who knows");
    EXPECT_FALSE(shop.call("restock").ok());

    EXPECT_FALSE(shop.call("stock").meta.cached) << to_string(type);
  }
}

TEST(ResultCache, IsDroppedByAWriteThatIsCut) {
  Shop shop;
  shop.call("stock");
  shop.w.scripts["restock"].takes = 1s;
  auto request = shop.request("restock");
  bool is_answered = false;
  shop.executor->submit(std::move(request), [&](const Executor::Answer&) { is_answered = true; });
  shop.w.world.settle();
  shop.w.world.run(shop.executor->drain(shop.w.world.in(10ms)));

  EXPECT_TRUE(is_answered);
  EXPECT_FALSE(shop.call("stock").meta.cached);
}

TEST(ResultCache, LetsNobodyWaitLongerThanTheTool) {
  auto tool = make_read();
  tool.timeout = 100ms;
  Shop shop(tool);
  shop.w.scripts["stock"].takes = 5s;
  int late = 0;
  for (int i = 0; i < 3; ++i) {
    shop.executor->submit(shop.request("stock"), [&](const Executor::Answer& a) {
      late += !a->ok() && a->error->type == ErrorType::timeout ? 1 : 0;
    });
  }
  shop.w.world.run(async::sleep_until(shop.w.world.in(110ms)));

  EXPECT_EQ(late, 3);
}

TEST(ResultCache, SaysOfAShortenedResultThatItIsShort) {
  Shop shop;
  json::array items(4000, json::value("eight be"));
  shop.w.scripts["stock"].data = json::object{{"items", std::move(items)}};
  const auto first = shop.call("stock");
  const auto again = shop.call("stock");

  for (const auto* each : {&first, &again}) {
    EXPECT_TRUE(each->meta.truncated);
    EXPECT_EQ(each->meta.total, 4000u);
    EXPECT_EQ(each->data.as_object().size(), 1u);  // its schema may be closed
  }
  EXPECT_TRUE(again.meta.cached);
}

TEST(ResultCache, KeepsNothingThatAWriteMadeOldWhileItWasRead) {
  Shop shop;
  shop.w.scripts["stock"].takes = 200ms;
  std::optional<registry::Envelope> read;
  shop.executor->submit(shop.request("stock"), [&](const Executor::Answer& a) { read = *a; });
  shop.w.world.settle();
  shop.call("restock");
  while (!read) shop.w.world.run(async::sleep_until(shop.w.world.in(10ms)));

  EXPECT_FALSE(shop.call("stock").meta.cached);
}

TEST(ResultCache, LetsOneAskWhileTheOthersWait) {
  Shop shop;
  shop.w.scripts["stock"].takes = 200ms;
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    shop.executor->submit(shop.request("stock"),
                          [&](const Executor::Answer& a) { answered += a->ok() ? 1 : 0; });
  }
  shop.w.world.run(async::sleep_until(shop.w.world.in(1s)));

  EXPECT_EQ(answered, 5);
  EXPECT_EQ(shop.runs(), 1);
}

TEST(ResultCache, AnswersATimeOutWithWhatTheSessionKnewWhereTheToolAllows) {
  auto tool = make_read();
  tool.cache_ttl = 1s;
  tool.stale_on_timeout = 60s;
  tool.timeout = 100ms;
  Shop shop(tool);
  const auto first = shop.call("stock");
  shop.w.world.time().advance(30s);
  shop.w.scripts["stock"].takes = 5s;

  const auto late = shop.call("stock");
  shop.w.world.time().advance(60s);
  const auto too_late = shop.call("stock");

  EXPECT_TRUE(late.ok());
  EXPECT_TRUE(late.meta.cached);
  EXPECT_GE(late.meta.age, 30s);
  EXPECT_EQ(late.data, first.data);
  ASSERT_FALSE(too_late.ok());
  EXPECT_EQ(too_late.error->type, ErrorType::timeout);
}

TEST(ResultCache, KeepsWithinItsBytes) {
  Shop shop;
  ResultCache small(shop.w.world.time(), 64 * 1024);
  Executor executor(shop.w.world.executor(),
                    {shop.w.world.time(), {&shop.w.duplicate}, shop.w.audit, {}, nullptr, &small});
  for (int i = 0; i < 1000; ++i) {
    shop.w.world.run(executor.run(shop.request("stock", "sess_" + std::to_string(i))));
  }
  const auto oldest = shop.w.world.run(executor.run(shop.request("stock", "sess_0")));
  const auto latest = shop.w.world.run(executor.run(shop.request("stock", "sess_999")));

  EXPECT_FALSE(oldest.meta.cached);
  EXPECT_TRUE(latest.meta.cached);
}

}  // namespace
}  // namespace callosum::pipeline
