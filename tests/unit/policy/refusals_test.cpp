// What gates say when they refuse: one sentence that tells what would make the call succeed.
#include <functional>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "gate_world.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
#include "policy/chain.hpp"
#include "policy/channel.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/loaded.hpp"
#include "policy/loop_breaker.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "policy/rate.hpp"
#include "policy/role.hpp"

namespace callosum::policy {
namespace {

using namespace std::chrono_literals;

/// One refusal: what brings it about, and the words.
struct Refused {
  std::string words;
  std::function<void(GateWorld&, registry::ToolSpec&)> given;
  std::function<std::unique_ptr<Gate>()> gate;
  int at_call = 1;  ///< those before it pass
};

template <class T, class... Arguments>
std::function<std::unique_ptr<Gate>()> gate(Arguments... arguments) {
  return [arguments...]() -> std::unique_ptr<Gate> { return std::make_unique<T>(arguments...); };
}

void nothing(GateWorld&, registry::ToolSpec&) {}

std::function<void(GateWorld&, registry::ToolSpec&)> with_set(registry::LoadedSet set) {
  return [set](GateWorld& w, registry::ToolSpec&) {
    w.context.loaded = std::make_shared<const registry::LoadedSet>(set);
  };
}

std::array<ChannelBudget, registry::kLimitSets> budgets(ChannelBudget each) {
  return {each, each, each, each};
}

std::vector<Refused> of_the_session() {
  return {
      {"the model of this session only speaks; calls are for the service that it speaks for",
       [](auto& w, auto&) { w.context.tool_ownership = registry::ToolOwnership::transport_only; },
       gate<OwnershipGate>()},
      {"that is not for the mcp channel; ask for it by voice or text",
       [](auto& w, auto&) { w.context.channel = registry::Channel::mcp; }, gate<ChannelGate>()},
      {"that is switched off for this business; somebody who manages it can switch it on",
       with_set({.disabled = {"shop.tool"}}), gate<LoadedGate>()},
      {"that is not part of this conversation; begin one that is about it",
       [](auto& w, auto&) { w.context.pack = "crm"; }, gate<LoadedGate>()},
      {"that belongs to email or calendar; switch to it first",
       [](auto&, auto& tool) {
         tool.modes = {"email", "calendar"};
       },
       gate<LoadedGate>()},
      {"the tools have changed in the meantime; make the call again", with_set({.epoch = 3}),
       gate<LoadedGate>()},
      {"that is not loaded at the moment; load it first",
       with_set({.tools = registry::LoadedSet::Names{"other"}}), gate<LoadedGate>()},
      {"that needs a google account; connect one first",
       [](auto& w, auto& tool) {
         tool.account = "google";
         with_set({})(w, tool);
       },
       gate<LoadedGate>()},
  };
}

std::vector<Refused> of_the_caller() {
  return {
      {"that cannot be done in a live conversation; a person has to do it",
       [](auto&, auto& tool) { tool.access = registry::Access::destructive; }, gate<AccessGate>()},
      {"this conversation can look things up but change nothing; a person has to do it",
       [](auto& w, auto& tool) {
         tool.access = registry::Access::write;
         w.context.access_mode = registry::AccessMode::read_only;
       },
       gate<AccessGate>()},
      {"that needs somebody with the role owner or manager",
       [](auto&, auto& tool) {
         tool.roles = {"owner", "manager"};
       },
       gate<RoleGate>()},
      {"that needs a call from a number we can recognise",
       [](auto& w, auto& tool) {
         tool.min_assurance = registry::Assurance::carrier;
         w.context.assurance = registry::Assurance::none;
       },
       gate<AssuranceGate>()},
      {"please confirm who you are first",
       [](auto&, auto& tool) { tool.min_assurance = registry::Assurance::verified; },
       gate<AssuranceGate>()},
      {"that is for members of the business; sign in as one of them",
       [](auto& w, auto&) { w.context.is_member = false; }, gate<MembershipGate>()},
  };
}

std::vector<Refused> of_what_was_spent() {
  const std::string enough_looked_up =
      "enough was looked up for one question; answer with what there is, or ask the caller what "
      "to do next";
  const std::string used_up =
      "this conversation has used up what its tools may do; say so, and offer to take a message";
  const auto spend = [](GateWorld& w, registry::ToolSpec&) { w.calls.spend(0, 2s, 5000); };
  return {
      {"that was asked for too often just now; try again in 60 seconds", nothing,
       gate<RateGate>(RateLimits{.reads = {1, 1}}), 2},
      {enough_looked_up, nothing, gate<BudgetGate>(budgets({.turn = {.calls = 1}})), 2},
      {enough_looked_up, nothing, gate<BudgetGate>(budgets({.turn = {.retrieval_calls = 1}})), 2},
      {"the tools have used up this turn's time; answer with what there is", spend,
       gate<BudgetGate>(budgets({.turn = {.turn_time = 1s}}))},
      {"enough was read for one question; answer with what there is", spend,
       gate<BudgetGate>(budgets({.turn = {.turn_bytes = 4000}}))},
      {used_up, nothing, gate<BudgetGate>(budgets({.session = {.calls = 1}})), 2},
      {used_up, spend, gate<BudgetGate>(budgets({.session = {.tool_time = 1s}}))},
      {used_up, spend, gate<BudgetGate>(budgets({.session = {.bytes = 4000}}))},
      {"too many calls came before this one; answer with what there is, and go on when the caller "
       "has spoken",
       [](GateWorld& w, registry::ToolSpec& tool) {
         tool.max_chain = 1;
         w.calls.spent_in(0).calls = 1;
       },
       gate<ChainGate>()},
      {"this very question was asked before and its answer stands; use that, ask it differently, "
       "or ask the caller what to do next",
       nothing, gate<LoopBreakerGate>(), 3},
  };
}

class Refusals : public ::testing::Test {
 protected:
  static void check(const Refused& row) {
    GateWorld w;
    auto tool = make_tool("tool");
    row.given(w, tool);
    const auto asked = row.gate();
    for (int i = 1; i < row.at_call; ++i) EXPECT_EQ(w.refusal(*asked, tool), "") << row.words;
    EXPECT_EQ(w.refusal(*asked, tool), row.words);
  }
};

TEST_F(Refusals, OfTheSessionSayWhatWouldHelp) {
  for (const auto& row : of_the_session()) check(row);
}

TEST_F(Refusals, OfTheChannelTakeThePhoneForAVoiceAndNoVoiceForThePhone) {
  GateWorld w;
  ChannelGate channel;
  auto tool = make_tool("hang_up");
  tool.channels = {registry::Channel::phone};

  EXPECT_EQ(w.refusal(channel, tool), "that is not for the voice channel; ask for it by phone");
  w.context.call_sid = "CA1";
  EXPECT_EQ(w.refusal(channel, tool), "");
  EXPECT_EQ(w.refusal(channel, make_tool("spoken")), "");
  tool.channels = {registry::Channel::text};
  EXPECT_EQ(w.refusal(channel, tool), "that is not for the phone channel; ask for it by text");
}

TEST_F(Refusals, OfTheCallerSayWhoMay) {
  for (const auto& row : of_the_caller()) check(row);
}

TEST_F(Refusals, OfWhatWasSpentSayWhatToDoInstead) {
  for (const auto& row : of_what_was_spent()) check(row);
}

TEST_F(Refusals, OfACallThatWasMadeBeforeSayHowToMakeAnother) {
  GateWorld w;
  const auto tool = make_tool("tool");
  DuplicateGate duplicate;
  EXPECT_EQ(w.refusal(duplicate, tool), "");

  EXPECT_EQ(w.refusal(duplicate, tool), "this call is still running; wait for its answer");
  EXPECT_EQ(w.refusal(duplicate, tool, R"({"id":7})"),
            "this call was made before with other arguments; give the new one an id of its own");
  w.calls.answer("", nullptr, 0);
  EXPECT_EQ(w.refusal(duplicate, tool),
            "this call was answered too long ago to answer it again; make it anew, under an id of "
            "its own");
}

TEST_F(Refusals, OfAToolThatIsNotThereNameNoTool) {
  GateWorld w;
  w.call.name = "get_payroll";
  auto prepared = w.prepare(make_tool("get_payroll"));
  prepared.tool = nullptr;
  KnownGate known;

  const auto verdict = w.ask(known, prepared);

  EXPECT_EQ(verdict.refusal->error.message,
            "there is no such tool; use one of those that are offered");
}

TEST_F(Refusals, OfArgumentsNameTheFieldAndWhatWasExpected) {
  GateWorld w;
  auto tool = make_tool("tool");
  tool.input = *registry::compile_schema(*parse_strict(
      R"({"type":"object","properties":{"day":{"type":"string","format":"date"}},
          "required":["day"],"additionalProperties":false})"));
  ArgumentsGate arguments;

  EXPECT_EQ(w.refusal(arguments, tool, R"({"day":"tomorrow"})"),
            "the arguments do not fit: day: expected YYYY-MM-DD");
}

}  // namespace
}  // namespace callosum::policy
