#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "sim/realtime/turn.hpp"
#include "sim_line.hpp"

namespace callosum::sim::openai::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kToolsUpdate = R"({"type":"session.update","session":{"type":"realtime",
  "output_modalities":["text"],"tools":[
  {"type":"function","name":"look","parameters":{"type":"object","properties":{}}},
  {"type":"function","name":"weather","parameters":{"type":"object","properties":{}}}]}})";

TEST(SimTurn, BeginsWithTheWholeEffectiveSession) {
  SimLine line;

  const auto events = line.take();

  ASSERT_THAT(types_of(events), ElementsAre("session.created"));
  const auto& session = events.front().at("session").get_object();
  EXPECT_EQ(text_at(session, "model"), "gpt-realtime");
  EXPECT_EQ(session.at("expires_at").to_number<std::int64_t>(),
            epoch_s(line.virtual_world.time().wall_now()) + 3600);
}

TEST(SimTurn, SendsATextTurnInTheOrderOfTheRecordings) {
  SimLine line;
  line.use_text();
  line.take();

  line.say("hello");
  line.respond();
  const auto events = line.take();

  EXPECT_THAT(types_of(events),
              ElementsAre("conversation.item.added", "conversation.item.done", "response.created",
                          "response.output_item.added", "conversation.item.added",
                          "response.content_part.added", "response.output_text.delta",
                          "response.output_text.done", "response.content_part.done",
                          "conversation.item.done", "response.output_item.done", "response.done"));
}

TEST(SimTurn, SendsRateLimitsFortyMillisecondsBehindTheEnd) {
  SimLine line;
  line.say("hello");
  line.respond();
  line.take();

  line.pass(std::chrono::milliseconds(39));
  const auto before = line.take();
  line.pass(std::chrono::milliseconds(1));
  const auto after = line.take();

  EXPECT_THAT(before, IsEmpty());
  EXPECT_THAT(types_of(after), ElementsAre("rate_limits.updated"));
}

TEST(SimTurn, SpeaksInWholeSamplesBehindTheirWords) {
  SimLine line;
  line.say("hello");
  line.respond();

  const auto events = line.take();

  std::size_t pieces = 0;
  std::vector<std::uint8_t> sound;
  for (const auto& event : events) {
    if (text_at(event, "type") != "response.output_audio.delta") continue;
    ASSERT_TRUE(decode_base64(text_at(event, "delta"), sound));
    EXPECT_EQ(sound.size(), 9600u);
    ++pieces;
  }
  EXPECT_GT(pieces, 0u);
  const auto types = types_of(events);
  const auto words =
      std::find(types.begin(), types.end(), "response.output_audio_transcript.delta");
  const auto first = std::find(types.begin(), types.end(), "response.output_audio.delta");
  EXPECT_LT(words, first);
}

TEST(SimTurn, MakesTheCallsThatTheUserNames) {
  SimLine line;
  line.send(kToolsUpdate);
  line.say(R"(call look {"id": 7} and call weather city=Oslo)");
  line.take();

  line.respond();
  const auto response = done_response(line.take());

  const auto& output = response.at("output").get_array();
  ASSERT_EQ(output.size(), 2u);
  EXPECT_EQ(text_at(output[0].get_object(), "arguments"), R"({"id": 7})");
  EXPECT_EQ(text_at(output[1].get_object(), "arguments"), R"({"city":"Oslo"})");
  EXPECT_NE(text_at(output[0].get_object(), "call_id"), text_at(output[1].get_object(), "call_id"));
}

TEST(SimTurn, SendsAToolTurnInTheOrderOfTheRecordings) {
  SimLine line;
  line.send(kToolsUpdate);
  line.say("call look {}");
  line.take();

  line.respond();

  EXPECT_THAT(
      types_of(line.take()),
      ElementsAre("response.created", "response.output_item.added", "conversation.item.added",
                  "response.function_call_arguments.delta", "response.function_call_arguments.done",
                  "conversation.item.done", "response.output_item.done", "response.done"));
}

TEST(SimTurn, TellsTheOutputsOfAllCalls) {
  SimLine line(
      "rules:\n- when: {nth: 1}\n  calls:\n  - {name: a, call_id: c1}\n  - {name: b, call_id: "
      "c2}\n");
  line.use_text();
  line.say("go");
  line.respond();
  line.take();

  line.answer("c2", "second");
  line.answer("c1", "first");
  line.respond();
  const auto events = line.take();

  EXPECT_EQ(text_at(last_of(events, "response.output_text.done"), "text"),
            "Tool said: second | first");
  EXPECT_EQ(line.stats.get("early_response_creates"), 0u);
}

TEST(SimTurn, UsesAnOutputThatComesTurnsLater) {
  SimLine line(
      "rules:\n- when: {nth: 1}\n  calls: [{name: slow, call_id: c1}]\n"
      "- when: {tool_output: slow}\n  say: at last\n");
  line.use_text();
  line.say("go");
  line.respond();
  line.say("still there?");
  line.respond();
  line.take();

  line.answer("c1", "late");
  line.respond();

  EXPECT_EQ(text_at(last_of(line.take(), "response.output_text.done"), "text"), "at last");
  EXPECT_EQ(line.stats.get("early_response_creates"), 1u);
}

TEST(SimTurn, LetsAResponseSeeOnlyTheInputItIsGiven) {
  SimLine line;
  line.use_text();
  line.say("not this");
  line.take();

  line.send(R"({"type":"response.create","response":{"input":[{"type":"message","role":"user",
    "content":[{"type":"input_text","text":"but this"}]}]}})");

  EXPECT_EQ(text_at(last_of(line.take(), "response.output_text.done"), "text"),
            "You said: but this");
}

TEST(SimTurn, TakesAReplayedCallAndItsOutputAsAnswered) {
  SimLine line;
  line.take();

  line.send(
      R"({"type":"conversation.item.create","item":{"type":"function_call","call_id":"old","name":"look",
    "arguments":"{}"}})");
  line.answer("old", "found");
  line.hang_up();

  EXPECT_EQ(line.stats.get("unknown_outputs"), 0u);
  EXPECT_EQ(line.stats.get("unanswered_calls"), 0u);
}

TEST(SimTurn, TakesAnOutputWhileAResponseRunsAndAcknowledgesItBehind) {
  SimLine line(
      "rules:\n- when: {any: true}\n  delay_ms: 10\n  calls: [{name: a, call_id: c1}]\n  say: one "
      "two\n");
  line.use_text();
  line.say("go");
  line.take();
  line.respond();
  for (int i = 0; i < 8; ++i) line.pass(std::chrono::milliseconds(10));
  line.take();

  line.answer("c1", "done");
  const auto during = line.take();
  for (int i = 0; i < 40; ++i) line.pass(std::chrono::milliseconds(10));
  const auto types = types_of(line.take());

  EXPECT_EQ(count_of(during, "conversation.item.added"), 0u);
  const auto done = std::find(types.begin(), types.end(), "response.done");
  ASSERT_NE(done, types.end());
  EXPECT_THAT(std::vector<std::string>(done + 1, done + 3),
              ElementsAre("conversation.item.added", "conversation.item.done"));
}

TEST(SimTurn, RefusesASecondResponseAndNamesTheFirst) {
  SimLine line("rules:\n- when: {any: true}\n  delay_ms: 10\n  say: one two\n");
  line.respond();
  const auto created = last_of(line.take(), "response.created");

  line.send(R"({"type":"response.create","event_id":"mine"})");
  const auto error = error_of(line.take());

  EXPECT_EQ(text_at(error, "code"), "conversation_already_has_active_response");
  EXPECT_EQ(text_at(error, "event_id"), "mine");
  const std::string id(text_at(created.at("response").get_object(), "id"));
  EXPECT_NE(std::string(text_at(error, "message")).find(id), std::string::npos);
  EXPECT_EQ(line.stats.get("response_create_while_active"), 1u);
}

TEST(SimTurn, RunsAnOutOfBandResponseBesideTheActiveOne) {
  SimLine line(
      "rules:\n- when: {nth: 1}\n  delay_ms: 10\n  say: one two\n- when: {nth: 2}\n  say: aside\n");
  line.use_text();
  line.respond();
  line.take();

  line.send(
      R"({"type":"response.create","response":{"conversation":"none","metadata":{"k":"v"}}})");
  const auto events = line.take();

  const auto response = done_response(events);
  EXPECT_EQ(text_at(response, "status"), "completed");
  EXPECT_TRUE(response.at("conversation_id").is_null());
  EXPECT_EQ(text_at(response.at("metadata").get_object(), "k"), "v");
  EXPECT_EQ(count_of(events, "conversation.item.added"), 0u);
}

TEST(SimTurn, CutsAnInterruptedCallOffAndSaysSo) {
  SimLine line(
      "rules:\n- when: {any: true}\n  delay_ms: 10\n  calls: [{name: a, arguments: '{\"long\": "
      "12345}'}]\n");
  line.respond();
  for (int i = 0; i < 4; ++i) line.pass(std::chrono::milliseconds(10));
  line.take();

  line.send(R"({"type":"response.cancel"})");
  const auto events = line.take();

  const auto response = done_response(events);
  EXPECT_EQ(text_at(response, "status"), "cancelled");
  EXPECT_EQ(text_at(response.at("status_details").get_object(), "reason"), "client_cancelled");
  const auto item = last_of(events, "response.output_item.done").at("item").get_object();
  EXPECT_EQ(text_at(item, "status"), "incomplete");
  EXPECT_FALSE(parse_strict(text_at(item, "arguments")));
}

TEST(SimTurn, CancelsNothingWithTheWordsThatClientsKnow) {
  SimLine line;
  line.take();

  line.send(R"({"type":"response.cancel"})");
  const auto error = error_of(line.take());

  EXPECT_EQ(text_at(error, "code"), "response_cancel_not_active");
  EXPECT_TRUE(std::string_view(text_at(error, "message")).starts_with("Cancellation failed"));
}

TEST(SimTurn, EndsASessionAtItsLengthWithCode1001) {
  SimLine line("session_seconds: 60\n");
  line.take();

  line.pass(std::chrono::seconds(60));
  const auto events = line.take();

  EXPECT_EQ(text_at(error_of(events), "code"), "session_expired");
  ASSERT_TRUE(line.client->close_info());
  EXPECT_EQ(line.client->close_info()->code, 1001);
  EXPECT_EQ(line.client->close_info()->reason, "invalid_request_error.session_expired");
}

TEST(SimTurn, TurnsABadKeyAwayBehindTheUpgrade) {
  Admission admission;
  admission.refusal = WireError{"invalid_api_key", "no"};
  admission.close_code = 3000;
  SimLine line({}, admission);

  const auto events = line.take();

  EXPECT_EQ(text_at(error_of(events), "code"), "invalid_api_key");
  ASSERT_TRUE(line.client->close_info());
  EXPECT_EQ(line.client->close_info()->code, 3000);
  EXPECT_EQ(line.client->close_info()->reason, "invalid_request_error.invalid_api_key");
}

TEST(SimTurn, ACallThatIsRepeatedLateIsNothingNew) {
  Conversation conversation;
  const auto add = [&](const char* id, const char* body) {
    conversation.insert({.id = id, .body = parse_strict(body).value().as_object()});
  };
  const char* kCall = R"({"type":"function_call","call_id":"c1","name":"look","arguments":"{}"})";
  add("i1", R"({"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]})");
  add("i2", kCall);
  add("i3", R"({"type":"function_call_output","call_id":"c1","output":"{}"})");
  add("i4", R"({"type":"message","role":"user","content":[{"type":"input_text","text":"more"}]})");
  add("i5", kCall);

  const auto turn = make_turn(conversation, {}, {});

  EXPECT_EQ(turn.user_text, "more");
  EXPECT_TRUE(turn.is_user_newest);
}

}  // namespace
}  // namespace callosum::sim::openai::testing
