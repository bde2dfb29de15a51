// The phone as a GA client: what of its messages reaches the session, and what of the session's
// events reaches the phone.
#include "channel/twilio/phone_line.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::channel::twilio {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string sound(std::chrono::milliseconds span, std::uint8_t code = 0x11) {
  return encode_base64(std::vector<std::uint8_t>(static_cast<std::size_t>(span.count()) * 8, code));
}

class PhoneLineTest : public ::testing::Test {
 protected:
  PhoneLineTest() { begin({}); }

  void begin(LineOpening opening) {
    opening.stream = "MZ1";
    storage::CallRecord before;
    before.call_sid = "CA1";
    record = std::make_unique<CallRecorder>(before, time.wall_now());
    line = std::make_unique<PhoneLine>(std::move(opening), *record, time,
                                       [this](std::string_view text, net::FrameKind) {
                                         sent.emplace_back(text);
                                         return true;
                                       });
    sequence = 0;
  }
  json::object next() {
    const auto event = line->take_event();
    return event ? parse_strict(*event).value().as_object() : json::object();
  }
  std::vector<json::object> rest() {
    std::vector<json::object> out;
    for (auto event = next(); !event.empty(); event = next()) out.push_back(std::move(event));
    return out;
  }
  MediaMessage message(MediaEvent event) {
    MediaMessage out;
    out.event = event;
    out.stream = "MZ1";
    out.sequence = ++sequence;
    return out;
  }
  Result<void> hear(std::int64_t timestamp_ms, std::chrono::milliseconds span = 20ms) {
    auto media = message(MediaEvent::media);
    media.is_inbound = true;
    media.timestamp_ms = timestamp_ms;
    media.payload = sound(span);
    return line->on_message(media);
  }
  Result<void> press(char digit) {
    auto dtmf = message(MediaEvent::dtmf);
    dtmf.digit = digit;
    return line->on_message(dtmf);
  }
  void say(const std::string& item, std::chrono::milliseconds span,
           const std::string& response = "resp_1") {
    line->on_server_event(json::serialize(json::object{{"type", "response.output_audio.delta"},
                                                       {"response_id", response},
                                                       {"item_id", item},
                                                       {"content_index", 0},
                                                       {"delta", sound(span)}}));
  }
  void tell(json::object event) { line->on_server_event(json::serialize(event)); }
  std::string written() { return record->take().transcript; }
  std::size_t count_sent(std::string_view what) const {
    std::size_t count = 0;
    for (const auto& text : sent) count += text.find(what) != std::string::npos ? 1 : 0;
    return count;
  }
  /// Bytes of sound that an append holds.
  static std::size_t bytes_of(const json::object& event) {
    return decoded_size(text_at(event, "audio"));
  }

  async::VirtualTime time;
  std::unique_ptr<CallRecorder> record;
  std::unique_ptr<PhoneLine> line;
  std::vector<std::string> sent;
  std::uint64_t sequence = 0;
};

TEST_F(PhoneLineTest, BeginsWithMuLawBothWays) {
  LineOpening opening;
  opening.transcription_model = "writer";
  opening.asks_first = true;
  begin(std::move(opening));

  const auto events = rest();

  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(json::serialize(events[0].at("session")),
            R"({"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu"},)"
            R"("transcription":{"model":"writer"}},"output":{"format":{"type":"audio/pcmu"}}}})");
  EXPECT_EQ(events[1].at("type"), "response.create");
}

TEST_F(PhoneLineTest, PassesSoundOnAsTheBase64ThatCame) {
  rest();
  ASSERT_TRUE(hear(0));
  const auto event = next();
  EXPECT_EQ(event.at("type"), "input_audio_buffer.append");
  EXPECT_EQ(event.at("audio"), sound(20ms).c_str());
}

TEST_F(PhoneLineTest, FillsWhatThePhonesSideHasLostWithSilence) {
  rest();
  ASSERT_TRUE(hear(0));
  ASSERT_TRUE(hear(25));    // no gap: they are not that exact
  ASSERT_TRUE(hear(1045));  // a second is missing
  const auto events = rest();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(bytes_of(events[2]), 8000u);
  std::vector<std::uint8_t> bytes;
  ASSERT_TRUE(decode_base64(text_at(events[2], "audio"), bytes));
  EXPECT_EQ(bytes, std::vector<std::uint8_t>(8000, 0xFF));

  ASSERT_TRUE(hear(100'000));  // a gap of minutes is ten seconds
  std::size_t filled = 0;
  for (const auto& event : rest()) filled += bytes_of(event);
  EXPECT_EQ(filled, 10u * 8000 + 160);
}

TEST_F(PhoneLineTest, EndsATurnForALineThatFallsSilentInMidSpeech) {
  rest();
  ASSERT_TRUE(hear(0));
  rest();
  tell({{"type", "input_audio_buffer.speech_started"}});
  time.advance(800ms);
  line->keep_time();
  line->keep_time();
  const auto padding = rest();
  ASSERT_EQ(padding.size(), 1u);
  EXPECT_EQ(bytes_of(padding[0]), 8000u);

  ASSERT_TRUE(hear(1020));  // what was missing has been made up for
  EXPECT_EQ(rest().size(), 1u);
}

TEST_F(PhoneLineTest, RefusesWhatNoCarrierSends) {
  ASSERT_TRUE(hear(0));
  auto again = message(MediaEvent::media);
  again.sequence = 1;
  EXPECT_EQ(line->on_message(again).error().type, ErrorType::validation);
  auto foreign = message(MediaEvent::media);
  foreign.stream = "MZ2";
  EXPECT_EQ(line->on_message(foreign).error().type, ErrorType::validation);
  EXPECT_EQ(line->on_message(message(MediaEvent::start)).error().type, ErrorType::validation);
  EXPECT_EQ(line->on_message(message(MediaEvent::stop)).error().type, ErrorType::transient);
}

TEST_F(PhoneLineTest, SendsSoundWithAMarkBehindEachPiece) {
  say("item_1", 250ms);
  EXPECT_EQ(count_sent("\"event\":\"media\""), 3u);
  EXPECT_EQ(count_sent("\"event\":\"mark\""), 3u);
}

TEST_F(PhoneLineTest, SpeechClearsTheLineAndCutsWhatWasNotHeard) {
  rest();
  tell({{"type", "response.created"}, {"response", {{"id", "resp_1"}}}});
  say("item_1", 900ms);
  tell({{"type", "response.output_audio_transcript.done"},
        {"item_id", "item_1"},
        {"transcript", "we are open from nine to six"}});
  time.advance(300ms);

  tell({{"type", "input_audio_buffer.speech_started"}});

  EXPECT_EQ(sent.back(), R"({"event":"clear","streamSid":"MZ1"})");
  const auto events = rest();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at("type"), "conversation.item.truncate");
  EXPECT_EQ(events[0].at("item_id"), "item_1");
  EXPECT_EQ(events[0].at("audio_end_ms"), 300);
  EXPECT_THAT(written(), HasSubstr(R"("text":"we are","item_id":"item_1","cut":true)"));

  const auto before = sent.size();
  say("item_1", 200ms);  // of the response that was spoken over
  EXPECT_EQ(sent.size(), before);
  say("item_2", 200ms, "resp_2");
  EXPECT_GT(sent.size(), before);
}

TEST_F(PhoneLineTest, SpeechIntoSilenceClearsNothing) {
  rest();
  tell({{"type", "input_audio_buffer.speech_started"}});
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(rest().empty());
}

TEST_F(PhoneLineTest, WordsThatComeAfterTheCutAreCutToo) {
  say("item_1", 1000ms);
  time.advance(500ms);
  tell({{"type", "input_audio_buffer.speech_started"}});
  tell({{"type", "response.output_audio_transcript.done"},
        {"item_id", "item_1"},
        {"transcript", "one two six ten"}});
  EXPECT_THAT(written(), HasSubstr(R"("text":"one two")"));
}

TEST_F(PhoneLineTest, WhatIsSaidBesideTheConversationIsNotCutInIt) {
  rest();
  tell({{"type", "response.created"},
        {"response", {{"id", "resp_9"}, {"conversation_id", nullptr}}}});
  say("item_9", 900ms, "resp_9");
  time.advance(100ms);
  tell({{"type", "input_audio_buffer.speech_started"}});
  EXPECT_EQ(count_sent("\"clear\""), 1u);
  EXPECT_TRUE(rest().empty());
}

TEST_F(PhoneLineTest, ADigitAnswersWhatWaitsForAPerson) {
  rest();
  tell({{"type", "callosum.confirmation.requested"},
        {"confirmation_id", "confirm_1"},
        {"preview", "cancel the booking"}});
  EXPECT_THAT(json::serialize(next()), HasSubstr("press 1"));

  ASSERT_TRUE(press('1'));

  const auto answer = next();
  EXPECT_EQ(answer.at("type"), "callosum.confirmation.answer");
  EXPECT_EQ(answer.at("confirmation_id"), "confirm_1");
  EXPECT_EQ(answer.at("how"), "keypad");
  EXPECT_EQ(answer.at("agree"), true);
  ASSERT_TRUE(press('2'));
  EXPECT_TRUE(next().empty());  // nothing waits any more: it is a digit like others
}

TEST_F(PhoneLineTest, DigitsAreToldTogetherOnceTheyPause) {
  rest();
  for (const char digit : {'1', '2', '3'}) ASSERT_TRUE(press(digit));
  line->keep_time();
  EXPECT_TRUE(rest().empty());
  time.advance(1500ms);
  line->keep_time();
  const auto events = rest();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_THAT(json::serialize(events[0]), HasSubstr("[pressed on the keypad: 123]"));
  EXPECT_EQ(events[1].at("type"), "response.create");
}

TEST_F(PhoneLineTest, WritesDownWhichToolsRanAndHowLong) {
  const auto timeline = [this](const char* kind, const char* tool) {
    tell({{"type", "callosum.timeline"}, {"kind", kind}, {"tool", tool}, {"args", "{}"}});
  };
  timeline("called", "get_working_hours");
  time.advance(40ms);
  timeline("answered", "get_working_hours");
  timeline("called", "get_policies");
  timeline("refused", "get_policies");

  const auto kept = record->take();

  EXPECT_EQ(kept.intent, "get_working_hours");
  EXPECT_EQ(kept.tool_latency_ms, 40);
  EXPECT_THAT(kept.tool_history, HasSubstr(R"("ok":true,"latency_ms":40)"));
  EXPECT_THAT(kept.tool_history, HasSubstr(R"("ok":false)"));
}

TEST(CallRecorder, GoesOnWithWhatWasWrittenBefore) {
  storage::CallRecord before;
  before.call_sid = "CA1";
  before.transcript = R"([{"role":"user","text":"hello","item_id":"a"}])";
  before.outcome = "failed";
  before.ended_at_ms = 5;
  before.answered_at_ms = 1;
  const WallTime now{1s};
  CallRecorder record(before, now);
  record.heard("again", "b", now);
  const auto kept = record.take();
  EXPECT_THAT(kept.transcript, HasSubstr("hello"));
  EXPECT_THAT(kept.transcript, HasSubstr("again"));
  EXPECT_EQ(kept.outcome, "");
  EXPECT_EQ(kept.answered_at_ms, 1);
  EXPECT_FALSE(record.is_dirty());
}

TEST(CallRecorder, KeepsNoMoreThanItsBounds) {
  CallRecorder record({}, WallTime{1s});
  for (int i = 0; i < 3000; ++i) record.heard(std::string(200, 'x'), "", WallTime{2s});
  const auto kept = record.take();
  EXPECT_LE(kept.transcript.size() + kept.timeline.size(), 1u << 20);
  EXPECT_GT(kept.left_out, 0);
}

}  // namespace
}  // namespace callosum::channel::twilio
