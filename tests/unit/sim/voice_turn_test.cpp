#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "sim_line.hpp"

namespace callosum::sim::openai::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

std::string sound(int ms, double loudness) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < ms * 24; ++i) {
    const auto sample = static_cast<std::int16_t>(loudness * std::sin(i * 0.08));
    bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
    bytes.push_back(static_cast<std::uint8_t>((sample >> 8) & 0xff));
  }
  return json::serialize(
      json::object{{"type", "input_audio_buffer.append"}, {"audio", encode_base64(bytes)}});
}

void speak(SimLine& line) {
  line.send(sound(500, 8000));
  line.send(sound(300, 0));
}

constexpr const char* kTranscribe = R"({"type":"session.update","session":{"type":"realtime",
  "audio":{"input":{"transcription":{"model":"whisper-1"}}}}})";

TEST(SimVoice, HearsATurnAndAnswersIt) {
  SimLine line("transcripts: [what time is it]\n");
  line.send(kTranscribe);
  line.take();

  speak(line);
  const auto events = line.take();

  const auto types = types_of(events);
  EXPECT_THAT(std::vector<std::string>(types.begin(), types.begin() + 6),
              ElementsAre("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
                          "input_audio_buffer.committed", "conversation.item.added",
                          "conversation.item.done", "response.created"));
  EXPECT_EQ(text_at(last_of(events, "response.output_audio_transcript.done"), "transcript"),
            "You said: what time is it");
}

TEST(SimVoice, GivesTheTranscriptAfterTheResponseHasBegun) {
  SimLine line("transcripts: [what time is it]\n");
  line.send(kTranscribe);
  speak(line);
  line.take();

  line.pass(std::chrono::milliseconds(30));
  const auto event = last_of(line.take(), "conversation.item.input_audio_transcription.completed");

  EXPECT_EQ(text_at(event, "transcript"), "what time is it");
}

TEST(SimVoice, LetsSpeechInterruptTheReply) {
  SimLine line("rules:\n- when: {any: true}\n  delay_ms: 10\n  say: a long answer\n");
  line.respond();
  for (int i = 0; i < 6; ++i) line.pass(std::chrono::milliseconds(10));
  line.take();

  line.send(sound(100, 8000));
  const auto events = line.take();

  EXPECT_EQ(text_at(events.front(), "type"), "input_audio_buffer.speech_started");
  const auto response = done_response(events);
  EXPECT_EQ(text_at(response, "status"), "cancelled");
  EXPECT_EQ(text_at(response.at("status_details").get_object(), "reason"), "turn_detected");
}

TEST(SimVoice, LeavesTheReplyAloneWhenInterruptionIsOff) {
  SimLine line("rules:\n- when: {any: true}\n  delay_ms: 10\n  say: a long answer\n");
  line.send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{
    "turn_detection":{"type":"server_vad","interrupt_response":false,"create_response":false}}}}})");
  line.respond();
  line.take();

  speak(line);
  const auto events = line.take();

  EXPECT_EQ(count_of(events, "response.done"), 0u);
  EXPECT_EQ(count_of(events, "input_audio_buffer.committed"), 1u);
}

TEST(SimVoice, CommitsByHandWithoutAnsweringAndRefusesTooLittle) {
  SimLine line;
  line.send(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}})");
  line.send(sound(99, 8000));
  line.take();

  line.send(R"({"type":"input_audio_buffer.commit"})");
  const auto refused = line.take();
  line.send(sound(1, 8000));
  line.send(R"({"type":"input_audio_buffer.commit"})");
  const auto accepted = line.take();

  EXPECT_EQ(text_at(error_of(refused), "code"), "input_audio_buffer_commit_empty");
  EXPECT_THAT(types_of(accepted), ElementsAre("input_audio_buffer.committed",
                                              "conversation.item.added", "conversation.item.done"));
}

TEST(SimVoice, TruncatesWhatWasSpokenAndNoFurther) {
  SimLine line;
  line.say("hello");
  line.respond();
  const auto item_id =
      std::string(text_at(last_of(line.take(), "response.output_audio.delta"), "item_id"));
  const auto truncate = [&](int ms) {
    line.send(json::serialize(json::object{{"type", "conversation.item.truncate"},
                                           {"item_id", item_id},
                                           {"content_index", 0},
                                           {"audio_end_ms", ms}}));
    return line.take();
  };

  const auto beyond = truncate(60000);
  const auto within = truncate(100);

  EXPECT_EQ(text_at(error_of(beyond), "code"), "item_truncate_invalid_item_id");
  EXPECT_THAT(types_of(within), ElementsAre("conversation.item.truncated"));
}

TEST(SimVoice, LocksTheVoiceOnceItHasSpoken) {
  SimLine line;
  constexpr const char* kUpdate =
      R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"cedar"}}}})";
  line.say("hello");
  line.respond();
  line.take();

  line.send(kUpdate);
  const auto error = error_of(line.take());

  EXPECT_EQ(text_at(error, "code"), "cannot_update_voice");
  EXPECT_EQ(text_at(error, "param"), "session.audio.output.voice");
}

TEST(SimVoice, AsksAnIdleCallerAgain) {
  SimLine line;
  line.send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"],
    "audio":{"input":{"turn_detection":{"type":"server_vad","idle_timeout_ms":5000}}}}})");
  line.say("hello");
  line.respond();
  line.take();

  line.pass(std::chrono::seconds(5));

  EXPECT_THAT(types_of(line.take()),
              IsSupersetOf({"input_audio_buffer.timeout_triggered", "input_audio_buffer.committed",
                            "response.created"}));
}

TEST(SimVoice, TranscribesWithoutAnsweringInATranscriptionSession) {
  Admission admission;
  admission.kind = SessionKind::transcription;
  SimLine line("transcripts: [hello]\n", admission);
  line.take();

  speak(line);
  line.pass(std::chrono::milliseconds(30));
  const auto events = line.take();

  EXPECT_EQ(count_of(events, "response.created"), 0u);
  EXPECT_EQ(count_of(events, "conversation.item.input_audio_transcription.completed"), 1u);
}

}  // namespace
}  // namespace callosum::sim::openai::testing
