#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gemini_line.hpp"

namespace callosum::sim::gemini::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SimGeminiTurn, SaysWhatItHeardInTheOrderOfTheWire) {
  GeminiLine line("transcripts: [what time is it]\n");
  line.set_up(std::string(kTranscripts) + R"(,"sessionResumption":{})");
  line.take();

  line.speak(300);
  line.be_quiet();
  const auto messages = line.take();

  EXPECT_THAT(kinds_of(messages),
              ElementsAre("inputTranscription", "sessionResumptionUpdate", "modelTurn",
                          "generationComplete", "turnComplete", "sessionResumptionUpdate"));
  EXPECT_EQ(spoken(messages), "You said: what time is it");
}

class SimGeminiRate : public ::testing::TestWithParam<int> {};

TEST_P(SimGeminiRate, IsHeard) {
  GeminiLine line;
  line.set_up(kTranscripts);
  line.take();

  line.speak(300, 8000, GetParam());
  line.speak(400, 0, GetParam());

  EXPECT_EQ(spoken(line.take()), "You said: 600 ms of sound");
}

INSTANTIATE_TEST_SUITE_P(Rates, SimGeminiRate, ::testing::Values(8000, 16000, 24000, 48000));

TEST(SimGeminiTurn, WaitsForAllCallsThatBlockAndGoesOnInTheSameTurn) {
  GeminiLine line;
  line.set_up(kBlocking);
  line.say("call a x=1 and call b");
  const auto asked = line.take();
  const auto ids = call_ids(asked);

  line.answer(ids.at(0), "a", {{"output", "one"}});
  const auto between = line.take();
  line.answer(ids.at(1), "b", {{"output", {{"n", 2}}}});
  const auto told = line.take();

  EXPECT_THAT(kinds_of(asked), ElementsAre("setupComplete", "toolCall"));
  EXPECT_THAT(between, IsEmpty());
  EXPECT_EQ(spoken(told), "Tool said: one | {\"n\":2}");
  EXPECT_THAT(kinds_of(told), ElementsAre("modelTurn", "generationComplete", "turnComplete"));
}

TEST(SimGeminiTurn, LooksIntoTheAnswersOfToolsAndUsesWhatTheyTold) {
  GeminiLine line(R"(
rules:
  - {when: {output: NOT_YET}, say: "Is <<day>> right?"}
  - {when: {tool_output: a, output: done}, say: It is done.}
  - {when: {text: go on}, calls: [{name: a, arguments: {key: <<token>>, hour: <<hour>>, note: "at <<hour>>", none: "<<nothing>>"}}]}
)");
  line.set_up(kBlocking);
  line.say("call a");
  line.answer(
      call_ids(line.take()).at(0), "a",
      {{"output",
        {{"error", "NOT_YET"}, {"day", "friday"}, {"ask", {{"token", "t1"}, {"hour", 9}}}}}});
  const auto asked = line.take();
  line.say("go on");
  const auto again = line.take();
  line.answer(call_ids(again).at(0), "a", {{"output", "done"}});

  EXPECT_EQ(spoken(asked), "Is friday right?");
  const auto called = last_of(again, "toolCall");
  const auto& call = called.at("functionCalls").at(0);
  EXPECT_EQ(json::serialize(call.at("args")), R"({"key":"t1","hour":9,"note":"at 9","none":""})");
  EXPECT_EQ(spoken(line.take()), "It is done.");
}

TEST(SimGeminiTurn, EndsTheTurnOfACallThatDoesNotBlock) {
  GeminiLine line;
  line.set_up(kAsync);
  line.say("say One moment. and call a");
  const auto asked = line.take();

  line.answer(call_ids(asked).at(0), "a", {{"output", "rain"}});
  const auto told = line.take();

  EXPECT_THAT(kinds_of(asked), ElementsAre("setupComplete", "modelTurn", "toolCall",
                                           "generationComplete", "turnComplete"));
  EXPECT_EQ(spoken(told), "Tool said: rain");
}

struct Scheduling {
  const char* name;
  json::object beside;
  json::object inside;
  std::vector<std::string> kinds;  ///< that follow at once, the model being in the middle of a turn
};

class SimGeminiScheduling : public ::testing::TestWithParam<Scheduling> {};

TEST_P(SimGeminiScheduling, DecidesWhenTheModelSpeaks) {
  GeminiLine line;
  line.set_up(kAsync);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);
  line.say("slowly");
  line.take();

  auto response = GetParam().inside;
  response["output"] = "rain";
  line.answer(id, "a", std::move(response), GetParam().beside);

  EXPECT_EQ(kinds_of(line.take()), GetParam().kinds);
  EXPECT_EQ(line.count("responses_while_busy"), 1u);
}

const std::vector<std::string> kInterrupting{"interrupted", "turnComplete", "modelTurn",
                                             "generationComplete", "turnComplete"};
INSTANTIATE_TEST_SUITE_P(
    All, SimGeminiScheduling,
    ::testing::Values(
        Scheduling{"NowBeside", {{"scheduling", "INTERRUPT"}}, {}, kInterrupting},
        Scheduling{"NowInside", {}, {{"scheduling", "INTERRUPT"}}, kInterrupting},
        Scheduling{"BesideWins", {{"scheduling", "SILENT"}}, {{"scheduling", "INTERRUPT"}}, {}},
        Scheduling{"LaterByDefault", {}, {}, {}}),
    [](const auto& info) { return info.param.name; });

TEST(SimGeminiTurn, SpeaksOfAnAnswerBehindWhatItIsSaying) {
  GeminiLine line("rules: [{when: {text: talk}, say: a b c, delay_ms: 10}]\n");
  line.set_up(kAsync);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);
  line.say("talk");
  line.take();

  line.answer(id, "a", {{"output", "rain"}});
  for (int i = 0; i < 9; ++i) line.pass(milliseconds(10));

  EXPECT_TRUE(spoken(line.take()).ends_with("Tool said: rain"));
}

TEST(SimGeminiTurn, HoldsAnUrgentAnswerUntilTheUserHasSpoken) {
  GeminiLine line;
  line.set_up(kAsync);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);
  line.speak(100);

  line.answer(id, "a", {{"output", "rain"}}, {{"scheduling", "INTERRUPT"}});
  const auto meanwhile = line.take();
  line.be_quiet();

  EXPECT_THAT(meanwhile, IsEmpty());
  EXPECT_EQ(spoken(line.take()), "You said: 400 ms of soundTool said: rain");
}

TEST(SimGeminiTurn, SendsSoundAtThePaceAsked) {
  GeminiLine line("delay_ms: 20\n");
  line.set_up(kTranscripts);
  line.say("hi");
  const auto begun = line.take();
  for (int i = 0; i < 10; ++i) line.pass(milliseconds(20));

  EXPECT_THAT(kinds_of(begun), ElementsAre("setupComplete", "modelTurn"));
  EXPECT_THAT(kinds_of(line.take()),
              ElementsAre("modelTurn", "generationComplete", "turnComplete"));
}

TEST(SimGeminiTurn, TakesMoreResponsesOfOneCall) {
  GeminiLine line;
  line.set_up(kAsync);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);

  line.answer(id, "a", {{"output", "half"}}, {{"willContinue", true}});
  const auto half = spoken(line.take());
  line.answer(id, "a", {{"output", "whole"}});
  const auto whole = spoken(line.take());

  EXPECT_EQ(half, "Tool said: half");
  EXPECT_EQ(whole, "Tool said: whole");
  EXPECT_EQ(line.count("protocol_violations"), 0u);
}

TEST(SimGeminiTurn, IsInterruptedBySpeechAndCancelsTheCallsThatBlock) {
  GeminiLine line;
  line.set_up(kBlocking);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);

  line.speak(100);
  const auto messages = line.take();
  line.answer(id, "a", {{"output", "late"}});

  EXPECT_THAT(kinds_of(messages),
              ElementsAre("toolCallCancellation", "interrupted", "turnComplete"));
  EXPECT_EQ(line.count("responses_for_cancelled"), 1u);
  EXPECT_EQ(line.close_code(), 0);
}

TEST(SimGeminiTurn, TellsOfTheInterruptionLateWhereAsked) {
  GeminiLine line("{late_interrupted_ms: 50, cancel_last: true}");
  line.set_up(kBlocking);
  line.say("call a");
  line.take();

  line.speak(100);
  const auto at_once = line.take();
  line.pass(milliseconds(50));

  EXPECT_THAT(kinds_of(at_once), ElementsAre("turnComplete", "toolCallCancellation"));
  EXPECT_THAT(kinds_of(line.take()), ElementsAre("interrupted"));
}

TEST(SimGeminiTurn, IsNotInterruptedWhereTheSetupSaysSo) {
  GeminiLine line("rules: [{when: {text: talk}, say: a b c, delay_ms: 10}]\n");
  line.set_up(std::string(kTranscripts) +
              R"(,"realtimeInputConfig":{"activityHandling":"NO_INTERRUPTION"})");
  line.say("talk");
  line.take();

  line.speak(100);
  line.be_quiet();
  for (int i = 0; i < 9; ++i) line.pass(milliseconds(10));
  const auto messages = line.take();

  EXPECT_EQ(line.count("interruptions"), 0u);
  EXPECT_TRUE(spoken(messages).ends_with("You said: 400 ms of sound")) << spoken(messages);
}

TEST(SimGeminiTurn, KeepsTheTurnOpenWhileItsSoundWouldPlay) {
  GeminiLine line("playback_percent: 100\n");
  line.set_up();
  line.say("hi");
  const auto generated = line.take();
  line.pass(milliseconds(2000));

  EXPECT_THAT(kinds_of(generated), ElementsAre("setupComplete", "modelTurn", "generationComplete"));
  EXPECT_THAT(kinds_of(line.take()), ElementsAre("turnComplete"));
}

TEST(SimGeminiTurn, TakesHistoryFirstWhereTheSetupSaysSo) {
  GeminiLine line("rules: [{when: {history: ada}, say: Hello Ada}]\n");
  line.set_up(
      std::string(kTranscripts) + R"(,"historyConfig":{"initialHistoryInClientContent":true})",
      "models/gemini-3.1-flash-live-preview");
  line.say("my name is Ada");
  const auto seeded = line.take();
  line.send(R"({"realtimeInput":{"text":"who am I"}})");

  EXPECT_THAT(kinds_of(seeded), ElementsAre("setupComplete"));
  EXPECT_EQ(spoken(line.take()), "Hello Ada");
}

TEST(SimGeminiTurn, CallsWithoutIdsAreAnsweredByName) {
  GeminiLine line("call_ids: false\n");
  line.set_up(kBlocking);
  line.say("call a x=1 and call a x=2");
  line.take();

  line.answer("made-up", "a", {{"output", "one"}});
  line.send(R"({"toolResponse":{"functionResponses":[{"name":"a","response":{"output":"two"}}]}})");

  EXPECT_EQ(spoken(line.take()), "Tool said: one | two");
}

TEST(SimGeminiTurn, ChangesToolsAndInstructionsInTheSession) {
  GeminiLine line("rules: [{when: {instructions: brief}, say: yes}]\n");
  line.set_up(kBlocking);
  line.say("is it a b");
  line.take();

  line.send(R"({"context_update":{"tools":{"tools":[{"function_declarations":[{"name":"c"}]}]},
    "system_instruction":{"parts":[{"text":"Be brief."}]}}})");
  line.say("and now");

  EXPECT_EQ(spoken(line.take()), "yes");
  const auto session = line.shared.stats.to_json().at("sessions").at("c1");
  EXPECT_EQ(session.at("tools"), (json::array{"c"}));
  EXPECT_EQ(line.count("context_updates"), 1u);
}

}  // namespace
}  // namespace callosum::sim::gemini::testing
