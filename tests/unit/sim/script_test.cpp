#include "sim/realtime/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/realtime/brain.hpp"
#include "sim/realtime/clauses.hpp"

namespace callosum::sim::openai {
namespace {

using ::testing::HasSubstr;

struct Broken {
  const char* name;
  const char* yaml;
  const char* message;
};

class SimScript : public ::testing::TestWithParam<Broken> {};

TEST_P(SimScript, IsRefusedWithLineAndKey) {
  const auto script = parse_script(GetParam().yaml);

  ASSERT_FALSE(script);
  EXPECT_THAT(script.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Broken, SimScript,
    ::testing::Values(
        Broken{"NotYaml", "rules: [", "line 1"}, Broken{"NotAMap", "[1]", "script must be a map"},
        Broken{"UnknownKey", "rulez: []\n", "did you mean 'rules'"},
        Broken{"UnknownRuleKey", "rules:\n- when: {any: true}\n  sayy: x\n", "line 3"},
        Broken{"NoWhen", "rules:\n- say: x\n", "needs `when`"},
        Broken{"CallWithoutName", "rules:\n- when: {any: true}\n  calls: [{arguments: x}]\n",
               "needs a name"},
        Broken{"NegativeNumber", "session_seconds: -1\n", "not negative"},
        Broken{"UnknownFault", "rules:\n- when: {any: true}\n  faults: [{kind: magic}]\n",
               "'magic'"},
        Broken{"UnknownManner", "disconnect: {manner: rudely}\n", "close, eof, reset or hang"},
        Broken{"CloseCode", "disconnect: {manner: close, code: 7}\n", "1000 to 4999"}),
    [](const auto& info) { return info.param.name; });

TEST(SimRules, AnswerWithTheFirstThatMatchesUntilItIsUsedUp) {
  RuleBook rules(
      *parse_script("rules:\n- when: {text: parking}\n  times: 1\n  say: first\n"
                    "- when: {text: Parking}\n  say: second\n"));
  Turn turn;
  turn.user_text = "about PARKING";
  turn.is_user_newest = true;

  EXPECT_EQ(rules.reply_to(turn).parts.front().text, "first");
  EXPECT_EQ(rules.reply_to(turn).parts.front().text, "second");
  EXPECT_EQ(rules.reply_to(turn).parts.front().text, "second");
}

TEST(SimRules, MatchToolOutputsAndPlaces) {
  RuleBook rules(
      *parse_script("rules:\n- when: {tool_output: look, nth: 2, connection: 3}\n  say: yes\n"));
  Turn turn;
  turn.outputs = {{"c1", "look", "x"}};
  turn.nth = 2;
  turn.connection = 3;

  EXPECT_EQ(rules.reply_to(turn).parts.front().text, "yes");
  turn.connection = 4;
  EXPECT_EQ(rules.reply_to(turn).parts.front().text, "Tool said: x");
}

Turn user(std::string text, std::vector<std::string> tools = {}) {
  Turn turn;
  turn.user_text = std::move(text);
  turn.is_user_newest = true;
  turn.tools = std::move(tools);
  return turn;
}

TEST(SimBrain, RepeatsWhatItHears) {
  EXPECT_EQ(think(user("good morning")).parts.front().text, "You said: good morning");
}

TEST(SimBrain, CallsAToolWhoseWordsAreMentioned) {
  const auto reply =
      think(user("what are your policies topic=parking", {"get_policies", "get_faqs"}));

  ASSERT_EQ(reply.parts.size(), 1u);
  EXPECT_EQ(reply.parts.front().call->name, "get_policies");
  EXPECT_EQ(reply.parts.front().call->arguments, R"({"topic":"parking"})");
}

TEST(SimBrain, CallsInventedToolsAndSendsBrokenArgumentsAsTheyAre) {
  const auto reply =
      think(user("call no_such_tool `{\"a\":` and call look {\"cut\": tru", {"look"}));

  ASSERT_EQ(reply.parts.size(), 2u);
  EXPECT_EQ(reply.parts[0].call->name, "no_such_tool");
  EXPECT_EQ(reply.parts[0].call->arguments, "{\"a\":");
  EXPECT_EQ(reply.parts[1].call->arguments, "{\"cut\": tru");
}

TEST(SimBrain, ObeysToolChoice) {
  auto turn = user("call look {}", {"look", "other"});
  turn.may_call = false;
  EXPECT_FALSE(think(turn).parts.front().call);

  turn = user("hello", {"look", "other"});
  turn.must_call = "other";
  EXPECT_EQ(think(turn).parts.front().call->name, "other");
  turn.must_call = "*";
  EXPECT_EQ(think(turn).parts.front().call->name, "look");
}

TEST(SimBrain, TakesStagesOneAfterTheOther) {
  auto turn = user("say one moment and call a {} then call b {}");
  const auto first = think(turn);
  turn.is_user_newest = false;
  turn.call_rounds = 1;
  turn.outputs = {{"c1", "a", "out"}};
  const auto second = think(turn);
  turn.call_rounds = 2;
  const auto third = think(turn);

  ASSERT_EQ(first.parts.size(), 2u);
  EXPECT_EQ(first.parts[0].text, "one moment");
  EXPECT_EQ(first.parts[1].call->name, "a");
  EXPECT_EQ(second.parts.front().call->name, "b");
  EXPECT_EQ(third.parts.front().text, "Tool said: out");
}

TEST(SimBrain, SaysWhatItIsToldToSayExactly) {
  Turn turn;
  turn.instructions = "Say exactly the following, nothing else: \"One moment, please.\"";

  EXPECT_EQ(think(turn).parts.front().text, "One moment, please.");
}

TEST(SimClauses, ReadQuotedNumbersAndWords) {
  const auto stages = parse_stages("Call book name=\"Ann Lee\" seats=2, vip=true day=monday");

  ASSERT_EQ(stages.front().calls.size(), 1u);
  EXPECT_EQ(stages.front().calls.front().arguments,
            R"({"name":"Ann Lee","seats":2,"vip":true,"day":"monday"})");
}

TEST(SimClauses, SurviveAnyText) {
  for (const char* text : {"", "call", "call ", "call `", "call x {", "call x {\"", "say",
                           "then then", "=", "a=", "call x a=\"", "{", "call x {\"\\"}) {
    parse_stages(text);
    find_arguments(text);
    mentions_tool(text, "get_");
  }
}

}  // namespace
}  // namespace callosum::sim::openai
