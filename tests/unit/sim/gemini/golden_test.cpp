#include "golden.hpp"

#include <gtest/gtest.h>

#include "gemini_line.hpp"

// One frame of every kind that the simulator sends, byte for byte (sound replaced by its length).

namespace callosum::sim::gemini::testing {
namespace {

using callosum::testing::matches_golden;

/// The first message of the key, or of the serverContent with it.
json::object first_of(const std::vector<json::object>& messages, std::string_view key) {
  for (const auto& message : messages) {
    const auto* content = find_object(message, "serverContent");
    if (message.contains(key) || (content && content->contains(key))) return message;
  }
  return {};
}

struct Frame {
  const char* name;   ///< of the golden file
  const char* key;    ///< of the message looked for
  const char* setup;  ///< members
  const char* script;
  const char* said;
  bool is_vertex = false;
};

class SimGeminiFrame : public ::testing::TestWithParam<Frame> {};

TEST_P(SimGeminiFrame, IsAsTheWireHasIt) {
  const auto& frame = GetParam();
  Admission admission;
  if (frame.is_vertex) admission.api = {Product::vertex, "v1beta1"};
  GeminiLine line(frame.script, admission);
  line.set_up(frame.setup, frame.is_vertex ? "publishers/google/models/gemini-3.8-live"
                                           : "models/gemini-3.8-live");
  if (*frame.said) line.say(frame.said);
  line.pass(std::chrono::milliseconds(100));

  const auto message = first_of(line.take(), frame.key);

  EXPECT_TRUE(line.is_binary);
  EXPECT_TRUE(
      matches_golden(json::serialize(message), std::string("sim_gemini/") + frame.name + ".json"));
}

constexpr const char* kReply = "rules: [{when: {any: true}, thought: Hm., say: At ten.}]";

INSTANTIATE_TEST_SUITE_P(
    All, SimGeminiFrame,
    ::testing::Values(
        Frame{"setup_complete", "setupComplete", "", "", ""},
        Frame{"setup_complete_vertex", "setupComplete", "", "", "", true},
        Frame{"resumable", "sessionResumptionUpdate", R"("sessionResumption":{})", "", ""},
        Frame{"transparent", "sessionResumptionUpdate",
              R"("sessionResumption":{"transparent":true})", "", "", true},
        Frame{"thought", "modelTurn", kTranscripts, kReply, "hi"},
        Frame{"sound", "modelTurn", "", "", "hi"},
        Frame{"sound_with_transcript", "outputTranscription", kTranscripts, "", "hi"},
        Frame{"tool_call", "toolCall", kBlocking, "", "call a {\"x\":1} and call b"},
        Frame{"tool_call_without_ids", "toolCall", kBlocking, "call_ids: false", "call a x=1"},
        Frame{"tool_call_cancellation", "toolCallCancellation", kBlocking,
              "rules: [{when: {any: true}, calls: [{name: a, id: fc-1}], cancel_after_ms: 50}]",
              "go"},
        Frame{"generation_complete", "generationComplete", "", "", "hi"},
        Frame{"turn_complete", "turnComplete", "", "", "hi"},
        Frame{"turn_complete_vertex", "turnComplete", "", "", "hi", true},
        Frame{"malformed_function_call", "turnComplete", "", "", "call a {broken"},
        Frame{"usage_apart", "usageMetadata", "", "usage_apart: true", "hi"},
        Frame{"go_away", "goAway", "", "{connection_ms: 11100, go_away_before_ms: 11000}", ""}),
    [](const auto& info) { return info.param.name; });

TEST(SimGeminiGolden, HasTheFramesOfSpeech) {
  GeminiLine line("transcripts: [when is it]\n",
                  {.api = {Product::vertex, "v1"}, .token = {}, .refusal = {}});
  line.set_up(std::string(kTranscripts) + R"(,"explicitVadSignal":true,"sessionResumption":{})",
              "publishers/google/models/gemini-3.8-live");
  line.say("slowly");
  line.pass(std::chrono::milliseconds(40));
  line.speak(300);
  line.be_quiet();

  const auto messages = line.take();

  for (const char* key : {"voiceActivity", "interrupted", "inputTranscription"}) {
    const auto message = json::serialize(first_of(messages, key));
    EXPECT_TRUE(matches_golden(message, "sim_gemini/" + to_snake(key) + ".json"));
  }
}

TEST(SimGeminiGolden, HasThePartsOfATextModel) {
  GeminiLine line("models: [{name: typist, traits: {text: true, interaction_status: true}}]\n");
  line.set_up(R"("generationConfig":{"responseModalities":["TEXT"]})", "models/typist");
  line.say("hi");

  const auto messages = line.take();

  EXPECT_TRUE(
      matches_golden(json::serialize(first_of(messages, "modelTurn")), "sim_gemini/text.json"));
  EXPECT_TRUE(matches_golden(json::serialize(first_of(messages, "turnComplete")),
                             "sim_gemini/turn_complete_with_status.json"));
}

}  // namespace
}  // namespace callosum::sim::gemini::testing
