#include "policy/loop_breaker.hpp"

#include <gtest/gtest.h>

#include "gate_world.hpp"

namespace callosum::policy {
namespace {

TEST(LoopBreakerGate, RefusesTheThirdIdenticalCallOfAFewTurns) {
  GateWorld w;
  LoopBreakerGate gate;
  const auto tool = make_tool("look_up");

  EXPECT_EQ(w.refusal(gate, tool, R"({"id":"7"})"), "");
  w.context.turn = 3;
  EXPECT_EQ(w.refusal(gate, tool, R"({ "id" : "7" })"), "");
  const auto third = w.ask(gate, tool, R"({"id":"7"})");

  ASSERT_EQ(type_of(third), "BUDGET_EXCEEDED");
  EXPECT_NE(third.refusal->error.message.find("ask the caller"), std::string::npos);
  EXPECT_EQ(type_of(w.ask(gate, tool, R"({"id":"7"})")), "BUDGET_EXCEEDED");
}

TEST(LoopBreakerGate, LetsACallerAskAgainLater) {
  GateWorld w;
  LoopBreakerGate gate;
  const auto tool = make_tool("look_up");
  for (std::uint64_t turn : {1, 5, 9, 13, 17}) {
    w.context.turn = turn;
    EXPECT_EQ(w.refusal(gate, tool, R"({"id":"7"})"), "") << turn;
  }
  for (std::uint64_t turn : {18, 19, 20}) {  // but not a model that never stops
    w.context.turn = turn;
    w.ask(gate, tool, R"({"id":"7"})");
  }
  EXPECT_EQ(type_of(w.ask(gate, tool, R"({"id":"7"})")), "BUDGET_EXCEEDED");
}

TEST(LoopBreakerGate, OtherArgumentsAndOtherToolsAndOtherSessionsAreOtherCalls) {
  GateWorld w;
  GateWorld another;
  LoopBreakerGate gate;
  const auto tool = make_tool("look_up");
  w.ask(gate, tool, R"({"id":"7"})");
  w.ask(gate, tool, R"({"id":"7"})");

  EXPECT_EQ(w.refusal(gate, tool, R"({"id":"8"})"), "");
  EXPECT_EQ(w.refusal(gate, make_tool("other"), R"({"id":"7"})"), "");
  EXPECT_EQ(another.refusal(gate, tool, R"({"id":"7"})"), "");
}

TEST(LoopBreakerGate, LetsAToolThatIsPolledBeAskedAgainAndAgain) {
  GateWorld w;
  LoopBreakerGate gate;
  auto tool = make_tool("status");
  tool.poll = true;

  for (int i = 0; i < 50; ++i) EXPECT_EQ(w.refusal(gate, tool), "");
}

TEST(LoopBreakerGate, AConfirmationBelongsToTheCallThatAskedForIt) {
  GateWorld w;
  LoopBreakerGate gate;
  auto tool = make_tool("book");
  tool.confirmation = registry::Confirmation::spoken;
  w.ask(gate, tool);
  w.ask(gate, tool);
  auto confirmed = w.prepare(tool);
  confirmed.confirmation_token = "cf_1";

  EXPECT_TRUE(w.ask(gate, confirmed).passes());
  tool.confirmation = registry::Confirmation::none;
  EXPECT_FALSE(w.ask(gate, confirmed).passes()) << "a token where none is asked for is no way out";
}

TEST(LoopBreakerGate, RemembersABoundedNumberOfCalls) {
  GateWorld w;
  LoopBreakerGate gate;
  const auto tool = make_tool("look_up");

  for (int i = 0; i < 5000; ++i) {
    w.ask(gate, tool, R"({"id":)" + std::to_string(i) + "}");
  }

  EXPECT_LE(w.calls.facts().repeated.size(), 512U);
}

}  // namespace
}  // namespace callosum::policy
