// The simulated Cartesia (protocol: telephony §4.4) and OpenAI's speech (§4.5).
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "speech_line.hpp"

namespace callosum::sim::speech {
namespace {

using testing::count_sound;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SpeechLine;

std::vector<std::string> types_of(const std::vector<json::object>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    auto type = std::string(text_at(event, "type"));
    if (out.empty() || out.back() != type) out.push_back(std::move(type));
  }
  return out;
}

TEST(Cartesia, SaysAContextAndIsDone) {
  SpeechLine line;
  line.open("/tts/websocket");

  line.push("a", "Hello there. ", R"(,"continue":true,"add_timestamps":true)");
  line.push("a", "", R"(,"continue":true,"flush":true)");
  line.push("a", "", R"(,"continue":false)");
  line.pass(std::chrono::milliseconds(20));

  EXPECT_THAT(types_of(line.take()), ElementsAre("timestamps", "chunk", "flush_done", "done"));
}

TEST(Cartesia, SaysHalfASentenceWhenNothingFollows) {
  SpeechLine line;
  line.open("/tts/websocket");

  line.push("a", "Half a sen", R"(,"continue":true,"max_buffer_delay_ms":500)");
  line.pass(std::chrono::milliseconds(490));
  const auto before = line.take();
  line.pass(std::chrono::milliseconds(20));

  EXPECT_TRUE(before.empty());
  EXPECT_GT(count_sound(line.take(), "a", "context_id"), 0u);
}

TEST(Cartesia, CancelsWhatHasNotBegunAndALittleStillComes) {
  SpeechLine line("voice: {pace_ms: 100}\ncancel_lag_pieces: 2\n");
  line.open("/tts/websocket");
  line.push("a", "A long sentence that is not finished at all.", R"(,"continue":false)");
  line.pass(std::chrono::milliseconds(150));
  line.take();

  line.send(R"({"context_id":"a","cancel":true})");
  line.pass(std::chrono::seconds(5));

  const auto events = line.take();
  EXPECT_EQ(count_sound(events, "a", "context_id"), 2u);
  EXPECT_EQ(text_at(events.back(), "type"), "done");
}

TEST(Cartesia, KeepsAContextAsItBegan) {
  SpeechLine line;
  line.open("/tts/websocket");
  line.push("a", "One. ", R"(,"continue":true)");
  line.take();

  line.push("a", "Two. ", R"(,"continue":true,"language":"nl")");
  line.send(R"({"context_id":"b","transcript":"x"})");
  line.send("[]");

  const auto events = line.take();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_THAT(std::string(text_at(events[0], "message")), HasSubstr("stay the same"));
  EXPECT_THAT(std::string(text_at(events[1], "message")), HasSubstr("are needed"));
  EXPECT_EQ(events[2].at("status_code"), 400);
}

TEST(Cartesia, IsCutWhereTheScriptSaysSo) {
  SpeechLine line("voice: {cut: {after_pieces: 2, manner: close, code: 1011, reason: x}}\n");
  line.open("/tts/websocket");

  line.push("a", "A long sentence that is not finished at all.", R"(,"continue":false)");
  line.pass(std::chrono::milliseconds(20));

  EXPECT_EQ(count_sound(line.take(), "a", "context_id"), 2u);
  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1011);
}

TEST(OpenAiSpeech, StreamsPcmInChunksThatSplitSamples) {
  SpeechLine line("voice: {first_byte_ms: 300, pace_ms: 50}\n");

  const auto plan =
      line.post("/v1/audio/speech",
                R"({"model":"tts-1","voice":"alloy","input":"Hello.","response_format":"pcm"})");

  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->head.headers.get("Content-Type"), "audio/pcm");
  EXPECT_EQ(plan->pieces.front().delay, Ms(300));
  EXPECT_EQ(plan->pieces.front().bytes.size() % 2, 1u);
  EXPECT_EQ(plan->whole().body.size(), 2 * 9600u);
  EXPECT_EQ(plan->length(), Ms(350));
  EXPECT_FALSE(plan->cut);
}

TEST(OpenAiSpeech, StreamsEvents) {
  SpeechLine line;

  const auto plan = line.post(
      "/v1/audio/speech",
      R"({"model":"gpt-4o-mini-tts","voice":"alloy","input":"Hi","response_format":"pcm","stream_format":"sse"})");

  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->pieces.front().bytes, HasSubstr(R"("type":"speech.audio.delta")"));
  EXPECT_THAT(plan->pieces.back().bytes, HasSubstr(R"("type":"speech.audio.done")"));
}

TEST(OpenAiSpeech, BreaksOffAndFailsWhereTheScriptSaysSo) {
  const std::string body =
      R"({"model":"tts-1","voice":"a","input":"Hello there, you.","response_format":"pcm"})";
  SpeechLine cut("voice: {cut: {after_pieces: 1, manner: reset}}\n");
  SpeechLine failing("voice: {fail: {nth: 1}}\n");

  EXPECT_EQ(cut.post("/v1/audio/speech", body)->cut, Manner::reset);
  EXPECT_EQ(failing.post("/v1/audio/speech", body)->head.status, 500);
  EXPECT_EQ(failing.post("/v1/audio/speech", body)->head.status, 200);
}

TEST(OpenAiSpeech, RefusesWhatTheServiceDoes) {
  SpeechLine line;
  const auto status = [&](const std::string& body) {
    return line.post("/v1/audio/speech", body)->head.status;
  };

  EXPECT_EQ(status("{"), 400);
  EXPECT_EQ(status(R"({"model":"m","voice":"v","input":"","response_format":"pcm"})"), 400);
  EXPECT_EQ(status(R"({"model":"m","voice":"v","input":"a"})"), 400);
  EXPECT_EQ(
      status(
          R"({"model":"tts-1","voice":"v","input":"a","response_format":"pcm","stream_format":"sse"})"),
      400);
  EXPECT_EQ(status(R"({"model":"m","voice":"v","input":")" + std::string(4097, 'a') +
                   R"(","response_format":"pcm"})"),
            400);
  line.headers = {{"Authorization", "Bearer other"}};
  EXPECT_EQ(status(R"({"model":"m","voice":"v","input":"a","response_format":"pcm"})"), 401);
}

}  // namespace
}  // namespace callosum::sim::speech
