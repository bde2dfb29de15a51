#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xai_line.hpp"

namespace callosum::sim::xai::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

json::object updated_session(XaiLine& line) {
  return last_of(line.take(), "session.updated").at("session").get_object();
}

struct BadUpdate {
  const char* name;
  const char* session;
  const char* param;
};

class XaiUpdate : public ::testing::TestWithParam<BadUpdate> {};

TEST_P(XaiUpdate, IsRefusedAndTheOldSessionStays) {
  XaiLine line;
  line.configure();
  line.take();

  line.update(GetParam().session);
  const auto refused = error_of(line.take());
  line.update("{}");
  const auto session = updated_session(line);

  EXPECT_EQ(text_at(refused, "param"), GetParam().param);
  EXPECT_EQ(session.at("tools").get_array().size(), 1u);
  EXPECT_EQ(text_at(session, "instructions"), "Be brief.");
}

INSTANTIATE_TEST_SUITE_P(
    All, XaiUpdate,
    ::testing::Values(
        BadUpdate{"SemanticVad", R"({"turn_detection":{"type":"semantic_vad"}})",
                  "session.turn_detection.type"},
        BadUpdate{"Threshold", R"({"turn_detection":{"type":"server_vad","threshold":0.95}})",
                  "session.turn_detection.threshold"},
        BadUpdate{"Rate", R"({"audio":{"input":{"format":{"type":"audio/pcm","rate":11025}}}})",
                  "session.audio.input.format.rate"},
        BadUpdate{"Opus", R"({"audio":{"output":{"format":{"type":"audio/opus"}}}})",
                  "session.audio.output.format.type"},
        BadUpdate{"Transport", R"({"audio":{"output":{"transport":"pigeon"}}})",
                  "session.audio.output.transport"},
        BadUpdate{"Hint", R"({"audio":{"input":{"transcription":{"language_hint":"es"}}}})",
                  "session.audio.input.transcription.language_hint"},
        BadUpdate{"Schema", R"({"tools":[{"type":"function","name":"a",
                                "parameters":{"type":"array"}}]})",
                  "session.tools[0].parameters"},
        BadUpdate{"McpWithoutLabel", R"({"tools":[{"type":"mcp","server_url":"https://a"}]})",
                  "session.tools[0].server_label"},
        BadUpdate{"BothDomains", R"({"tools":[{"type":"web_search","allowed_domains":["a"],
                                     "excluded_domains":["b"]}]})",
                  "session.tools[0]"}),
    [](const auto& info) { return info.param.name; });

TEST(XaiSessions, EchoToolsNestedAndTurnDetectionAsItWasSent) {
  XaiLine line;
  line.configure();

  const auto session = updated_session(line);

  const auto& tool = session.at("tools").get_array().at(0).get_object();
  EXPECT_EQ(text_at(tool.at("function").get_object(), "name"), "look");
  EXPECT_FALSE(session.at("turn_detection").get_object().contains("threshold"));
  EXPECT_EQ(session.at("audio").get_object().at("input").get_object().at("transport"), "json");
}

TEST(XaiSessions, PassOverForeignKeysAndCountThem) {
  XaiLine line;

  line.update(R"({"type":"realtime","tracing":null,"audio":{"input":{"noise_reduction":null}}})");

  EXPECT_EQ(count_of(line.take(), "session.updated"), 1u);
  EXPECT_EQ(line.stats.get("foreign_keys"), 3u);
}

TEST(XaiSessions, TakeTurnDetectionWhereOpenAiHasItToo) {
  XaiLine line;
  line.update(R"({"audio":{"input":{"turn_detection":{"type":"server_vad"}}}})");

  line.speak();

  EXPECT_EQ(count_of(line.take(), "response.created"), 1u);
}

TEST(XaiSessions, SayTheConversationAtOnceWhenToldTo) {
  XaiLine line("conversation_created: at_connect\nping_ms: 0\n");
  line.configure();

  EXPECT_THAT(types_of(line.take()),
              ElementsAre("session.created", "conversation.created", "session.updated"));
}

TEST(XaiSessions, PingEveryTenSeconds) {
  XaiLine line;
  line.configure();
  line.take();

  for (int i = 0; i < 3; ++i) line.pass(10s);

  EXPECT_EQ(count_of(line.take(), "ping"), 3u);
}

TEST(XaiSound, IsRefusedInBinaryFramesUntilAFormatWasSet) {
  XaiLine line;
  const auto bytes = XaiLine::make_sound(500, 8000);
  const std::string_view frame(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  line.client->send_binary(frame);
  line.virtual_world.settle();
  const auto refused = error_of(line.take());

  line.configure();
  line.client->send_binary(frame);
  line.virtual_world.settle();

  EXPECT_THAT(std::string(text_at(refused, "message")), HasSubstr("audio.input.format"));
  EXPECT_EQ(count_of(line.take(), "input_audio_buffer.speech_started"), 1u);
}

TEST(XaiSound, GoesOutInBinaryFramesFromTheNextResponseOn) {
  XaiLine line;
  line.configure();
  line.update(R"({"audio":{"output":{"transport":"binary","format":{"type":"audio/pcmu"}}}})");
  line.say("say hi");
  line.respond();

  const auto events = line.take();

  ASSERT_THAT(line.sound, Not(IsEmpty()));
  EXPECT_EQ(line.sound.front().size(), 1600u);  // 200 ms at 8 kHz
  EXPECT_EQ(count_of(events, "response.output_audio.delta"), 0u);
  EXPECT_EQ(count_of(events, "response.output_audio_transcript.delta"), 1u);
}

TEST(XaiForced, MessageIsSpokenWithoutResponseCreateAndWithoutMetadata) {
  XaiLine line;
  line.configure();
  line.take();

  line.send(R"({"type":"conversation.item.create","item":{"type":"force_message",
    "role":"assistant","content":[{"type":"output_text","text":"One moment."}]}})");
  const auto events = line.take();

  EXPECT_EQ(types_of(events).front(), "response.created");
  EXPECT_EQ(text_at(last_of(events, "response.output_audio_transcript.done"), "transcript"),
            "One moment.");
  EXPECT_FALSE(done_response(events).contains("metadata"));
}

TEST(XaiForced, MessageThatNobodyMayInterruptMakesDeafWhileItIsPlayed) {
  XaiLine line;
  line.configure();
  line.send(R"({"type":"conversation.item.create","item":{"type":"force_message",
    "role":"assistant","interruptible":false,"content":[{"type":"output_text","text":"Wait."}]}})");
  line.take();

  line.speak();
  const auto during = line.take();
  line.pass(400ms);  // five characters
  line.speak();

  EXPECT_THAT(during, IsEmpty());
  EXPECT_EQ(count_of(line.take(), "input_audio_buffer.speech_started"), 1u);
}

std::string conversation_of(const std::vector<json::object>& events) {
  return std::string(
      text_at(last_of(events, "conversation.created").at("conversation").get_object(), "id"));
}

TEST(XaiResumption, NeedsBothSessionsToAskForIt) {
  XaiLine line;
  line.configure();
  line.say("hello");
  const auto id = conversation_of(line.take());
  line.hang_up();

  line.connect(id);
  line.update(R"({"resumption":{"enabled":false}})");
  const auto without = line.take();
  line.hang_up();
  line.connect(id);
  line.configure();
  const auto with = line.take();

  EXPECT_EQ(conversation_of(without), id);
  EXPECT_EQ(count_of(without, "conversation.item.added"), 0u);
  EXPECT_THAT(types_of(with), ElementsAre("session.created", "conversation.created", "ping",
                                          "conversation.item.added", "session.updated"));
  const auto item = last_of(with, "conversation.item.added").at("item").get_object();
  EXPECT_EQ(item.at("replayed"), true);
}

TEST(XaiResumption, BeginsAfreshWhenHalfAnHourHasPassed) {
  XaiLine line;
  line.configure();
  line.say("hello");
  const auto id = conversation_of(line.take());
  line.hang_up();

  line.pass(30min);
  line.connect(id);
  line.configure();

  EXPECT_NE(conversation_of(line.take()), id);
  EXPECT_EQ(line.stats.get("unknown_conversations"), 1u);
}

TEST(XaiResumption, BringsItemsBackUnderTheirEventsOtherName) {
  XaiLine line("replay: created\n");
  line.configure();
  line.say("hello");
  const auto id = conversation_of(line.take());
  line.hang_up();

  line.connect(id);
  line.configure();

  EXPECT_THAT(types_of(line.take()), ElementsAre("session.created", "conversation.created", "ping",
                                                 "conversation.item.created", "session.updated"));
}

TEST(XaiResumption, GoesWrongWhereItIsToldTo) {
  for (const std::string how : {"endless", "huge"}) {
    XaiLine line("replay: " + how + "\n");
    line.configure();
    line.say("hello");
    const auto id = conversation_of(line.take());
    line.hang_up();

    line.connect(id);
    line.configure();
    for (int i = 0; i < 100; ++i) line.pass(10ms);
    const auto events = line.take();
    std::size_t bytes = 0;
    for (const auto& event : events) bytes += json::serialize(event).size();

    EXPECT_EQ(count_of(events, "session.updated"), how == "endless" ? 0u : 1u);
    EXPECT_GT(count_of(events, "conversation.item.added"), how == "endless" ? 90u : 19u);
    EXPECT_EQ(bytes > (std::size_t{10} << 20), how == "huge");
  }
}

Conversation conversation_with(std::size_t items, std::size_t bytes) {
  Conversation conversation;
  for (std::size_t i = 0; i < items; ++i) {
    const json::object part{{"type", "input_text"}, {"text", std::string(bytes, 'x')}};
    const auto id = "m" + std::to_string(i);
    json::object body{{"id", id}, {"type", "message"}, {"role", "user"}};
    body["content"] = json::array{part};
    conversation.insert({.id = id, .body = std::move(body)});
  }
  return conversation;
}

TEST(XaiKeptConversations, AreNoMoreThanTheirBound) {
  callosum::testing::VirtualWorld world;
  KeptConversations kept(world.time());
  const auto small = conversation_with(1, 10);
  for (std::size_t i = 0; i <= KeptConversations::kMost; ++i) {
    kept.keep("c" + std::to_string(i), small, 30min);
    world.time().advance(1ms);
  }

  EXPECT_EQ(kept.size(), KeptConversations::kMost);
  EXPECT_FALSE(kept.has("c0"));
  EXPECT_TRUE(kept.has("c1"));
  EXPECT_TRUE(kept.has("c" + std::to_string(KeptConversations::kMost)));
}

TEST(XaiKeptConversations, TakeNoMoreBytesThanTheirBounds) {
  callosum::testing::VirtualWorld world;
  KeptConversations kept(world.time());
  const auto large = conversation_with(10, 1 << 20);
  for (int i = 0; i < 30; ++i) {
    kept.keep("c" + std::to_string(i), large, 30min);
    world.time().advance(1ms);
  }

  EXPECT_LE(kept.bytes(), KeptConversations::kMostBytes);
  EXPECT_FALSE(kept.has("c0"));
  ASSERT_TRUE(kept.has("c29"));
  EXPECT_EQ(kept.replay("c29").size(), 3u);
  EXPECT_EQ(text_at(kept.replay("c29").back(), "id"), "m9");  // the newest
}

TEST(XaiResponses, EchoMetadataUnlessToldNotTo) {
  XaiLine line("metadata: false\n");
  line.configure();
  line.send(R"({"type":"response.create","response":{"metadata":{"a":"b"}}})");

  EXPECT_FALSE(done_response(line.take()).contains("metadata"));
}

TEST(XaiResponses, ObeyInstructionsOfTheirOwnAndNoToolChoice) {
  XaiLine line;
  line.configure();
  line.send(R"({"type":"response.create","response":{"instructions":"Say exactly: \"Bye now\"",
    "tool_choice":{"type":"function","name":"look"}}})");

  EXPECT_EQ(text_at(last_of(line.take(), "response.output_audio_transcript.done"), "transcript"),
            "Bye now");
}

TEST(XaiResponses, AreRefusedWhileOneRuns) {
  XaiLine line;
  line.configure();
  line.say("slowly");
  line.respond();

  line.respond();

  EXPECT_EQ(text_at(error_of(line.take()), "code"), "conversation_already_has_active_response");
  EXPECT_EQ(line.stats.get("response_create_while_active"), 1u);
}

}  // namespace
}  // namespace callosum::sim::xai::testing
