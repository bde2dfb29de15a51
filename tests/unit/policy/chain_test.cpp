#include "policy/chain.hpp"

#include <gtest/gtest.h>

#include "gate_world.hpp"
#include "registry/snapshot.hpp"

namespace callosum::policy {
namespace {

registry::ToolSpec with_input(std::string name, const char* properties) {
  auto tool = make_tool(std::move(name));
  tool.input_schema = json::object{{"properties", *parse_strict(properties)}};
  return tool;
}

struct ChainWorld : GateWorld {
  ChainWorld() {
    booking.requires_tools = {"get_availability"};
    context.snapshot = std::make_shared<const registry::Snapshot>(
        std::vector<registry::Pack>(),
        std::vector<registry::ToolSpec>{
            with_input("get_availability", R"({"service":{},"date":{}})"), booking},
        "1.0.test");
  }
  void looked(const char* arguments) {
    calls.facts().answered.add("get_availability", parse_strict(arguments)->as_object());
  }
  bool passes(const char* arguments) { return ask(gate, booking, arguments).passes(); }

  ChainGate gate;
  registry::ToolSpec booking =
      with_input("create_booking", R"({"service":{},"date":{},"time":{}})");
};

TEST(ChainGate, SaysWhatToCallFirstAndWithWhat) {
  ChainWorld w;

  const auto verdict =
      w.ask(w.gate, w.booking, R"({"service":"haircut","date":"friday","time":"10:00"})");

  EXPECT_EQ(type_of(verdict), "VALIDATION");
  EXPECT_EQ(verdict.refusal->error.message,
            "call get_availability first with service haircut and date friday, and then make this "
            "call again");
  EXPECT_EQ(canonical_json(verdict.refusal->extra.at("call_first")),
            R"({"arguments":{"date":"friday","service":"haircut"},"tool":"get_availability"})");
  EXPECT_EQ(w.refusal(w.gate, w.booking),
            "call get_availability first, and then make this call again");
}

TEST(ChainGate, WantsTheSameSlotToHaveBeenLookedUp) {
  ChainWorld w;
  w.looked(R"({"service":"Haircut","date":"friday","business_id":"bound"})");

  EXPECT_TRUE(w.passes(R"({"service":"haircut","date":"friday","time":"10:00"})"));
  EXPECT_TRUE(w.passes(R"({"service":"haircut","date":"Friday","time":"11:00"})"));
  EXPECT_FALSE(w.passes(R"({"service":"haircut","date":"monday","time":"10:00"})"));
  EXPECT_FALSE(w.passes(R"({"service":"beard trim","date":"friday","time":"10:00"})"));
  EXPECT_FALSE(w.passes(R"({"service":"haircut","time":"10:00"})"));
  EXPECT_FALSE(w.passes(R"({"service":"haircut","date":["friday"],"time":"10:00"})"));
}

TEST(ChainGate, DoesNotMixTwoLookUps) {
  ChainWorld w;
  w.looked(R"({"service":"haircut","date":"friday"})");
  w.looked(R"({"service":"beard trim","date":"monday"})");

  EXPECT_TRUE(w.passes(R"({"service":"beard trim","date":"monday"})"));
  EXPECT_FALSE(w.passes(R"({"service":"haircut","date":"monday"})"));
}

TEST(ChainGate, RemembersTheLatestLookUps) {
  ChainWorld w;
  w.looked(R"({"service":"haircut","date":"friday"})");
  for (std::size_t i = 0; i < AnsweredCalls::kMost; ++i) {
    EXPECT_TRUE(w.passes(R"({"service":"haircut","date":"friday"})"));
    w.looked(("{\"date\":" + std::to_string(i) + "}").c_str());
  }

  EXPECT_FALSE(w.passes(R"({"service":"haircut","date":"friday"})"));
  EXPECT_EQ(w.calls.facts().answered.all().size(), AnsweredCalls::kMost);
}

TEST(ChainGate, NeedsNothingBeforeWhatAPersonEntersAtTheOperatorsDoor) {
  ChainWorld w;
  w.context.is_realtime = false;

  EXPECT_FALSE(w.passes("{}"));
  w.context.is_provider_planned = false;
  EXPECT_TRUE(w.passes("{}"));
}

TEST(ChainGate, LetsACallBeNoLaterInItsTurnThanItsChainAllows) {
  ChainWorld w;
  w.looked("{}");
  w.booking.max_chain = 2;

  w.calls.spent_in(0).calls = 1;
  EXPECT_TRUE(w.passes("{}"));
  w.calls.spent_in(0).calls = 2;
  EXPECT_EQ(type_of(w.ask(w.gate, w.booking)), "BUDGET_EXCEEDED");
  w.context.turn = 1;
  EXPECT_TRUE(w.passes("{}"));
}

}  // namespace
}  // namespace callosum::policy
