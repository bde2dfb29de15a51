#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gemini_line.hpp"
#include "sim/gemini/door.hpp"

namespace callosum::sim::gemini::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

std::string handle_of(const std::vector<json::object>& messages) {
  const auto update = last_of(messages, "sessionResumptionUpdate");
  return std::string(text_at(update.get_object(), "newHandle"));
}

std::string resuming(const std::string& handle) {
  return R"("sessionResumption":{"handle":")" + handle + "\"}," + kAsync;
}

TEST(SimGeminiSession, IsResumedAsItWasWhenTheHandleWasGiven) {
  GeminiLine line("rules: [{when: {text: who, history: Ada}, say: Ada}]\n");
  line.set_up(R"("sessionResumption":{})");
  line.say("my name is Ada");
  const auto handle = handle_of(line.take());
  line.hang_up();

  line.connect();
  line.set_up(resuming(handle));
  line.say("who am I");

  EXPECT_EQ(spoken(line.take()), "Ada");
  EXPECT_EQ(line.count("resumed_sessions"), 1u);
}

TEST(SimGeminiSession, CannotBeResumedWhileItGeneratesOrCalls) {
  GeminiLine line;
  line.set_up(R"("sessionResumption":{},)" + std::string(kAsync));
  line.take();
  line.say("call a");
  const auto messages = line.take();
  line.answer(call_ids(messages).at(0), "a", {}, {{"scheduling", "SILENT"}});

  EXPECT_TRUE(last_of(messages, "sessionResumptionUpdate").get_object().empty());
  EXPECT_FALSE(handle_of(line.take()).empty());
}

TEST(SimGeminiSession, RefusesAStaleHandleAnotherModelAndASecondResumption) {
  GeminiLine line;
  line.set_up(R"("sessionResumption":{})");
  const auto handle = handle_of(line.take());
  auto first = std::move(line.client);

  line.connect();
  line.set_up(resuming(handle));
  const auto twice = line.close_code();
  first->abort();
  line.connect();
  line.set_up(resuming(handle), "models/gemini-3.5-transcribe-live");
  const auto other = line.close_code();
  line.connect();
  line.set_up(resuming("nothing"));

  EXPECT_EQ(twice, 1011);
  EXPECT_EQ(other, 1007);
  EXPECT_EQ(line.close_code(), 1008);
  EXPECT_EQ(line.close_reason(), "Requested entity was not found.");
}

TEST(SimGeminiSession, ForgetsTwoHoursAfterItsEnd) {
  GeminiLine line;
  line.set_up(R"("sessionResumption":{})");
  const auto handle = handle_of(line.take());
  line.hang_up();
  line.pass(std::chrono::hours(2) + milliseconds(1));

  line.connect();
  line.set_up(resuming(handle));

  EXPECT_EQ(line.close_code(), 1008);
}

TEST(SimGeminiSession, SaysGoodbyeBeforeItGoes) {
  GeminiLine line("{connection_ms: 1000, go_away_before_ms: 400}");
  line.set_up();
  line.pass(milliseconds(600));
  const auto messages = line.take();
  line.pass(milliseconds(400));

  EXPECT_THAT(kinds_of(messages), ElementsAre("setupComplete", "goAway"));
  EXPECT_EQ(line.close_code(), 1001);
}

struct Fault {
  const char* name;
  const char* fault;
  std::vector<std::string> kinds;
  int code;
};

class SimGeminiFault : public ::testing::TestWithParam<Fault> {};

TEST_P(SimGeminiFault, IsWorkedIn) {
  GeminiLine line("rules: [{when: {any: true}, preamble: a, calls: [{name: a, id: c1}], faults: [" +
                  std::string(GetParam().fault) + "]}]\n");
  line.set_up(kAsync);
  line.take();

  line.say("go");
  const auto kinds = kinds_of(line.take());
  line.pass(milliseconds(200));

  EXPECT_EQ(kinds, GetParam().kinds);
  EXPECT_EQ(line.close_code(), GetParam().code);
  EXPECT_GE(line.count("injected_faults"), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    All, SimGeminiFault,
    ::testing::Values(
        Fault{"Twice",
              "{kind: duplicate, type: generationComplete}",
              {"modelTurn", "toolCall", "generationComplete", "turnComplete"},
              0},
        Fault{"CallBehindTheEnd",
              "{kind: duplicate_call, late: true}",
              {"modelTurn", "toolCall", "generationComplete", "turnComplete", "toolCall"},
              0},
        Fault{"Swapped",
              "{kind: reorder, type: turnComplete, with: toolCall}",
              {"modelTurn", "turnComplete", "generationComplete", "toolCall"},
              0},
        Fault{"Dropped",
              "{kind: drop, type: generationComplete}",
              {"modelTurn", "toolCall", "turnComplete"},
              0},
        Fault{"Silence", "{kind: silence, at: 2}", {"modelTurn"}, 0},
        Fault{
            "InternalErrorInMidTurn", "{kind: disconnect, at: 3}", {"modelTurn", "toolCall"}, 1011},
        Fault{"Reset", "{kind: disconnect, at: 2, manner: reset}", {"modelTurn"}, 1006},
        Fault{"Unknown",
              "{kind: message, at: 2, message: {sparkle: {}}}",
              {"modelTurn", "sparkle", "toolCall", "generationComplete", "turnComplete"},
              0},
        Fault{"GoAwayInTheMiddleOfATool",
              "{kind: go_away, at: 3, time_left_ms: 100}",
              {"modelTurn", "toolCall", "goAway", "generationComplete", "turnComplete"},
              1001},
        Fault{
            "CancelledWithoutReason",
            "{kind: cancel, at: 3}",
            {"modelTurn", "toolCall", "toolCallCancellation", "generationComplete", "turnComplete"},
            0}),
    [](const auto& info) { return info.param.name; });

TEST(SimGeminiSession, CutsOnlyTheFirstConnections) {
  GeminiLine line("disconnect: {at_message: 2, connections: 1, code: 1011, reason: bye}\n");
  line.set_up();
  line.say("hi");
  const auto first = line.close_code();
  line.connect();
  line.set_up(kTranscripts);
  line.say("hi");

  EXPECT_EQ(first, 1011);
  EXPECT_EQ(spoken(line.take()), "You said: hi");
}

TEST(SimGeminiSession, TurnsTheWorstModelLoose) {
  GeminiLine line("worst: true\n");
  line.set_up(kAsync);
  line.say("hi");

  EXPECT_GE(call_ids(line.take()).size(), 3u);
}

TEST(SimGeminiScript, NamesTheLineOfAMistake) {
  const auto unknown = parse_script("transcript: [a]\n");
  const auto arguments =
      parse_script("rules:\n- when: {any: true}\n  calls:\n  - name: a\n    arguments: '[1]'\n");
  const auto model = parse_script("models: [{name: x, traits: {fast: true}}]\n");

  EXPECT_EQ(unknown.error().message,
            "line 1: unknown key 'transcript' in script; did you mean 'transcripts'?");
  EXPECT_EQ(arguments.error().message,
            "line 5: arguments must be an object: this wire carries nothing else");
  EXPECT_EQ(model.error().message, "line 1: unknown trait 'fast', or neither true nor false");
}

}  // namespace
}  // namespace callosum::sim::gemini::testing
