// The simulated ElevenLabs (protocol: telephony §4.3).
#include <gmock/gmock.h>

#include "speech_line.hpp"

namespace callosum::sim::speech {
namespace {

using testing::count_sound;
using ::testing::HasSubstr;
using testing::SpeechLine;

TEST(ElevenSingle, SaysWhatIsFlushedAndClosesBehindTheLast) {
  SpeechLine line;
  line.open_eleven("&sync_alignment=true");

  line.send(R"({"text":" "})");
  line.send(R"({"text":"Hello there. "})");
  const auto before = line.take();
  line.send(R"({"text":"","flush":false})");
  line.pass(std::chrono::milliseconds(20));
  const auto events = line.take();

  EXPECT_TRUE(before.empty());
  ASSERT_GE(events.size(), 2u);
  std::string said;
  for (const auto& event : events) {
    if (!event.contains("alignment")) continue;
    for (const auto& letter : event.at("alignment").at("chars").get_array()) {
      said += letter.get_string();
    }
    EXPECT_EQ(event.at("alignment").at("charStartTimesMs").at(0), 0);
  }
  EXPECT_EQ(said, "Hello there. ");
  EXPECT_EQ(events.back().at("isFinal"), true);
  EXPECT_TRUE(events.back().at("audio").is_null());
  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1000);
}

TEST(ElevenSingle, BeginsWithASpaceOrNotAtAll) {
  SpeechLine line;
  line.open_eleven();

  line.send(R"({"text":"Hello. "})");
  const auto events = line.take();
  line.pass(std::chrono::milliseconds(20));

  EXPECT_EQ(events.at(0).at("code"), 1008);
  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1008);
}

TEST(ElevenSingle, SaysSentencesByItselfInAutoMode) {
  SpeechLine line;
  line.open_eleven("&auto_mode=true");
  line.send(R"({"text":" "})");

  line.send(R"({"text":"One. Tw"})");
  const auto first = count_sound(line.take(), "");
  line.send(R"({"text":"o. "})");

  EXPECT_GT(first, 0u);
  EXPECT_GT(count_sound(line.take(), ""), 0u);
}

TEST(ElevenSingle, EndsALineThatIsIdle) {
  SpeechLine line;
  line.open_eleven("&inactivity_timeout=20");
  line.send(R"({"text":" "})");

  line.pass(std::chrono::seconds(15));
  line.send(R"({"text":" "})");
  line.pass(std::chrono::seconds(15));
  EXPECT_FALSE(line.closed());
  line.pass(std::chrono::seconds(10));

  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1008);
  EXPECT_THAT(line.closed()->reason, HasSubstr("20 seconds"));
}

TEST(ElevenSingle, TakesAKeyInTheFirstMessage) {
  SpeechLine line;
  line.headers = {{"xi-api-key", ""}};
  line.open_eleven();
  line.send(R"({"text":" ","xi_api_key":"k"})");
  line.send(R"({"text":"Yes. ","flush":true})");

  EXPECT_GT(count_sound(line.take(), ""), 0u);
}

TEST(ElevenMulti, SpeaksInSeveralContextsAndEndsEach) {
  SpeechLine line("voice: {pace_ms: 100}\n");
  line.open_multi();

  line.send(R"({"text":" ","context_id":"a"})");
  line.send(R"({"text":"In the first. ","context_id":"a","flush":true})");
  line.send(R"({"text":"In the second. ","context_id":"b"})");
  line.send(R"({"text":"","context_id":"b","flush":true})");
  line.send(R"({"context_id":"a","close_context":true})");
  line.pass(std::chrono::seconds(2));
  const auto events = line.take();

  EXPECT_EQ(count_sound(events, "a"), 5u);
  EXPECT_EQ(count_sound(events, "b"), 5u);
  std::size_t finals = 0;
  for (const auto& event : events) {
    if (event.at("isFinal").is_null()) continue;
    ++finals;
    EXPECT_EQ(text_at(event, "contextId"), "a");
  }
  EXPECT_EQ(finals, 1u);
  EXPECT_FALSE(line.closed());
  line.send(R"({"close_socket":true})");
  line.pass(std::chrono::milliseconds(50));
  EXPECT_TRUE(line.closed());
}

TEST(ElevenMulti, ClosesAtOnceWhereTheScriptSaysSo) {
  SpeechLine line("voice: {pace_ms: 100}\nclose_at_once: true\nother_names: true\n");
  line.open_multi();
  line.send(R"({"text":"A long sentence that is not finished. ","context_id":"a","flush":true})");
  line.pass(std::chrono::milliseconds(150));

  line.send(R"({"context_id":"a","close_context":true})");
  line.pass(std::chrono::seconds(5));

  const auto events = line.take();
  EXPECT_EQ(count_sound(events, "a", "context_id"), 2u);
  EXPECT_EQ(events.back().at("isFinal"), true);
}

TEST(ElevenMulti, FailsOneTextAndGoesOn) {
  SpeechLine line("voice: {fail: {nth: 1, message: out of breath}}\n");
  line.open_multi();

  line.send(R"({"text":"One. ","context_id":"a","flush":true})");
  line.send(R"({"text":"Two. ","context_id":"b","flush":true})");
  const auto events = line.take();

  EXPECT_EQ(text_at(events.at(0), "message"), "out of breath");
  EXPECT_GT(count_sound(events, "b"), 0u);
}

TEST(ElevenDoor, RefusesWhatTheServiceDoes) {
  SpeechLine line("refuse: {connections: 1, http_status: 503}\n");
  const std::string base = "/v1/text-to-speech/v/stream-input";

  EXPECT_EQ(line.ask(base + "?output_format=ulaw_8000").refusal->status, 503);
  EXPECT_EQ(line.ask(base + "?output_format=mp3_44100_128").refusal->status, 400);
  EXPECT_EQ(line.ask(base + "?output_format=ulaw_8000&model_id=eleven_v3").refusal->status, 403);
  EXPECT_EQ(line.ask("/v1/other").refusal->status, 404);
  line.headers = {{"xi-api-key", "wrong"}};
  EXPECT_EQ(line.ask(base + "?output_format=ulaw_8000").refusal->status, 401);
}

}  // namespace
}  // namespace callosum::sim::speech
