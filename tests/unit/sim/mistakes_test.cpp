#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim_line.hpp"

namespace callosum::sim::openai::testing {
namespace {

struct Mistake {
  const char* name;
  const char* event;
  const char* code;
  const char* param;  ///< empty: null
};

class SimMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(SimMistakes, IsAnsweredWithItsCodeAndPathAndTheSessionGoesOn) {
  SimLine line;
  line.take();

  line.send(GetParam().event);
  const auto error = error_of(line.take());
  line.say("hello");
  line.respond();
  const auto response = done_response(line.take());

  EXPECT_EQ(text_at(error, "code"), GetParam().code);
  EXPECT_EQ(text_at(error, "param"), GetParam().param);
  EXPECT_EQ(text_at(response, "status"), "completed");
}

INSTANTIATE_TEST_SUITE_P(
    Wire, SimMistakes,
    ::testing::Values(
        Mistake{"NotJson", "{", "invalid_json", ""},
        Mistake{"NotAnObject", "[1]", "invalid_event", ""},
        Mistake{"NoType", "{}", "missing_required_parameter", "type"},
        Mistake{"UnknownType", R"({"type":"response.text.delta"})", "invalid_value", "type"},
        Mistake{"UnknownMember", R"({"type":"response.cancel","x":1})", "unknown_parameter", "x"},
        Mistake{"SessionWithoutType", R"({"type":"session.update","session":{"instructions":"x"}})",
                "missing_required_parameter", "session.type"},
        Mistake{"BetaField",
                R"({"type":"session.update","session":{"type":"realtime","modalities":["text"]}})",
                "unknown_parameter", "session.modalities"},
        Mistake{
            "OtherModel",
            R"({"type":"session.update","session":{"type":"realtime","model":"gpt-realtime-2"}})",
            "invalid_parameter", "session.model"},
        Mistake{
            "BothModalities",
            R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text","audio"]}})",
            "invalid_value", "session.output_modalities"},
        Mistake{
            "WrongRate",
            R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcm","rate":16000}}}}})",
            "invalid_value", "session.audio.input.format.rate"},
        Mistake{
            "NestedFunction",
            R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","function":{"name":"a"}}]}})",
            "missing_required_parameter", "session.tools[0].name"},
        Mistake{
            "DotInName",
            R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"a.b"}]}})",
            "invalid_value", "session.tools[0].name"},
        Mistake{
            "StrictTool",
            R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"a","strict":true}]}})",
            "unknown_parameter", "session.tools[0].strict"},
        Mistake{
            "SpeedTooHigh",
            R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"speed":2}}}})",
            "integer_above_max_value", "session.audio.output.speed"},
        Mistake{"WrongKind",
                R"({"type":"session.update","session":{"type":"realtime","instructions":5}})",
                "invalid_type", "session.instructions"},
        Mistake{
            "OutputOfNoCall",
            R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"x","output":""}})",
            "invalid_tool_call_id", "item.call_id"},
        Mistake{
            "AssistantAudio",
            R"({"type":"conversation.item.create","item":{"type":"message","role":"assistant","content":[{"type":"output_audio"}]}})",
            "invalid_value", "item.content[0].type"},
        Mistake{"UnknownItem", R"({"type":"conversation.item.retrieve","item_id":"x"})",
                "item_retrieve_invalid_item_id", "item_id"},
        Mistake{"NotBase64", R"({"type":"input_audio_buffer.append","audio":"*"})", "invalid_value",
                "audio"},
        Mistake{"WrongChoice", R"({"type":"response.create","response":{"tool_choice":"maybe"}})",
                "invalid_value", "response.tool_choice"}),
    [](const auto& info) { return info.param.name; });

TEST(SimSession, MergesSparselyAndAnswersWithTheWholeSession) {
  SimLine line;
  line.take();

  line.send(R"({"type":"session.update","session":{"type":"realtime","instructions":"be brief"}})");
  line.send(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}})");
  const auto session = last_of(line.take(), "session.updated").at("session").get_object();

  EXPECT_EQ(text_at(session, "instructions"), "be brief");
  const auto& audio = session.at("audio").get_object();
  EXPECT_TRUE(audio.at("input").get_object().at("turn_detection").is_null());
  EXPECT_EQ(text_at(audio.at("output").get_object(), "voice"), "alloy");
}

TEST(SimSession, RestoresTheDefaultPersonaForEmptyInstructions) {
  SimLine line;
  const auto created = last_of(line.take(), "session.created").at("session").get_object();

  line.send(R"({"type":"session.update","session":{"type":"realtime","instructions":"x"}})");
  line.send(R"({"type":"session.update","session":{"type":"realtime","instructions":""}})");
  const auto updated = last_of(line.take(), "session.updated").at("session").get_object();

  EXPECT_EQ(updated.at("instructions"), created.at("instructions"));
}

TEST(SimSession, ReplacesToolsWholeAndClearsThem) {
  SimLine line;
  line.send(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"a"}]}})");
  line.take();

  line.send(R"({"type":"session.update","session":{"type":"realtime","tools":[]}})");
  const auto session = last_of(line.take(), "session.updated").at("session").get_object();

  EXPECT_TRUE(session.at("tools").get_array().empty());
}

TEST(SimSession, FailsTheTurnOfAToolWhoseSchemaIsNoObject) {
  SimLine line;
  line.send(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"a",
    "parameters":{"anyOf":[]}}]}})");
  line.take();

  line.respond();
  const auto response = done_response(line.take());

  EXPECT_EQ(text_at(response, "status"), "failed");
  EXPECT_EQ(line.stats.get("bad_tool_schemas"), 1u);
}

TEST(SimSession, CountsASecondOutputForOneCallAndTakesIt) {
  SimLine line("rules:\n- when: {nth: 1}\n  calls: [{name: a, call_id: c1}]\n");
  line.respond();
  line.take();

  line.answer("c1", "one");
  line.answer("c1", "two");

  EXPECT_TRUE(error_of(line.take()).empty());
  EXPECT_EQ(line.stats.get("duplicate_outputs"), 1u);
  const auto outputs = line.stats.to_json().at("outputs_by_call_id").get_object();
  EXPECT_EQ(outputs.at("c1"), (json::array{"one", "two"}));
}

TEST(SimSession, CountsCallsThatNobodyAnswered) {
  SimLine line("rules:\n- when: {nth: 1}\n  calls: [{name: a, call_id: c1}]\n");
  line.respond();

  line.hang_up();

  EXPECT_TRUE(line.is_over);
  EXPECT_EQ(line.stats.get("unanswered_calls"), 1u);
  EXPECT_EQ(line.stats.get("open_connections"), 0u);
}

TEST(SimSession, RefusesABinaryFrame) {
  SimLine line;
  line.take();

  line.client->send_binary("x");
  const auto error = error_of(line.take());

  EXPECT_EQ(text_at(error, "code"), "invalid_event");
  EXPECT_EQ(line.stats.get("binary_frames"), 1u);
}

TEST(SimSession, KeepsTheClientsItemIdsAndPlaces) {
  SimLine line;
  line.take();

  line.send(
      R"({"type":"conversation.item.create","item":{"id":"b","type":"message","role":"user","content":[]}})");
  line.send(
      R"({"type":"conversation.item.create","previous_item_id":"root","item":{"id":"a","type":"message","role":"user","content":[]}})");
  line.send(
      R"({"type":"conversation.item.create","previous_item_id":"a","item":{"id":"ab","type":"message","role":"user","content":[]}})");
  const auto added = last_of(line.take(), "conversation.item.added");

  EXPECT_EQ(text_at(added, "previous_item_id"), "a");
  EXPECT_EQ(text_at(added.at("item").get_object(), "id"), "ab");
}

}  // namespace
}  // namespace callosum::sim::openai::testing
