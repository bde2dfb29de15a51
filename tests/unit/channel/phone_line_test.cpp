// The phone as a GA client: what of its messages reaches the session, and what of the session's
// events reaches the phone.
#include <cmath>
#include <gmock/gmock.h>
#include <numbers>

#include "audio/g711.hpp"
#include "phone_line_world.hpp"

namespace callosum::channel::twilio {
namespace {

using ::testing::HasSubstr;

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

  time.advance(100s);
  ASSERT_TRUE(hear(100'000));  // a gap of minutes is ten seconds
  std::size_t filled = 0;
  for (const auto& event : rest()) filled += bytes_of(event);
  EXPECT_EQ(filled, 10u * 8000 + 160);
}

TEST_F(PhoneLineTest, WhatWasPlayedIsNotedThoughItsMarkCameALittleEarly) {
  rest();
  say("item_1", 100ms);
  const auto sent_mark = parse_strict(sent.back()).value();
  auto back = message(MediaEvent::mark);
  back.mark = text_at(sent_mark.at("mark").as_object(), "name");
  time.advance(95ms);

  ASSERT_TRUE(line->on_message(back));

  EXPECT_EQ(record->take().timeline.find("played"), std::string::npos);
  time.advance(10ms);
  line->keep_time();
  EXPECT_NE(record->take().timeline.find("played"), std::string::npos);
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

TEST_F(PhoneLineTest, SilenceAndSoundAreNeverMoreThanTheTimeAndTenSeconds) {
  rest();
  std::size_t bytes = 0;
  std::int64_t at_ms = 0;
  for (int i = 0; i < 100; ++i, at_ms += 10'000) {
    ASSERT_TRUE(hear(at_ms));
    for (const auto& event : rest()) bytes += bytes_of(event);
  }
  EXPECT_LE(bytes, 80'000u);
  EXPECT_GT(line->refused_sounds(), 0u);

  time.advance(5s);
  ASSERT_TRUE(hear(at_ms));
  for (const auto& event : rest()) bytes += bytes_of(event);
  EXPECT_LE(bytes, 120'000u);
  EXPECT_GT(bytes, 100'000u);
}

TEST_F(PhoneLineTest, RefusesTimesThatNoCallLastsTo) {
  LineOpening opening;
  opening.longest = 60s;
  begin(std::move(opening));
  EXPECT_TRUE(hear(120'000));
  EXPECT_EQ(hear(120'001).error().type, ErrorType::validation);
  EXPECT_EQ(hear(INT64_MAX).error().type, ErrorType::validation);
}

TEST_F(PhoneLineTest, TimesOfTheClockOnTheWallCountFromTheFirstSound) {
  LineOpening opening;
  opening.dialect = &kPlivo;
  opening.longest = 60s;
  begin(std::move(opening));
  constexpr std::int64_t kBegan = 1'714'000'000'000;
  time.advance(2s);
  rest();
  ASSERT_TRUE(hear(kBegan));
  ASSERT_TRUE(hear(kBegan + 1020));  // a second is missing
  std::size_t bytes = 0;
  for (const auto& event : rest()) bytes += bytes_of(event);
  EXPECT_EQ(bytes, 160u + 8000 + 160);
  EXPECT_TRUE(hear(kBegan - 5));
  EXPECT_TRUE(hear(kBegan + 120'000));
  EXPECT_EQ(hear(kBegan + 120'001).error().type, ErrorType::validation);
}

TEST_F(PhoneLineTest, NothingButBase64GoesIntoTheCarriersMessages) {
  tell({{"type", "response.output_audio.delta"},
        {"response_id", "resp_1"},
        {"item_id", "item_1"},
        {"delta", R"(AA"},"event":"clear","a":{"b":"AAA)"}});
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(line->playout().dropped_pieces(), 1u);
}

TEST_F(PhoneLineTest, WhichDigitsWerePressedIsWrittenDownNowhere) {
  rest();
  for (const char digit : {'9', '7', '5'}) ASSERT_TRUE(press(digit));
  time.advance(1500ms);
  line->keep_time();
  EXPECT_THAT(text_at(rest().at(0).at("item").as_object(), "id"), HasSubstr("item_keypad_"));
  const auto kept = record->take();
  EXPECT_THAT(kept.timeline, HasSubstr(R"("kind":"pressed","digits":3)"));
  EXPECT_THAT(kept.timeline + kept.transcript, ::testing::Not(HasSubstr("975")));
}

TEST_F(PhoneLineTest, WhatWasCutOfWordsBesideTheConversationDoesNotStandAsSaid) {
  tell({{"type", "response.created"},
        {"response", {{"id", "resp_9"}, {"conversation_id", nullptr}}}});
  say("item_9", 900ms, "resp_9");
  tell({{"type", "response.output_audio_transcript.done"},
        {"item_id", "item_9"},
        {"transcript", "hello this is willow hair"}});
  time.advance(300ms);
  tell({{"type", "input_audio_buffer.speech_started"}});
  EXPECT_THAT(written(), HasSubstr(R"("text":"hello","item_id":"item_9","cut":true)"));
}

TEST_F(PhoneLineTest, DigitsAreAnsweredOnceTheReplyThatIsBeingMadeIsDone) {
  tell({{"type", "response.created"}, {"response", {{"id", "resp_1"}, {"conversation_id", "c"}}}});
  rest();
  ASSERT_TRUE(press('7'));
  time.advance(1500ms);
  line->keep_time();
  EXPECT_EQ(rest().size(), 1u);  // they are told

  tell({{"type", "response.done"}, {"response", {{"id", "resp_1"}, {"status", "completed"}}}});
  const auto events = rest();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at("type"), "response.create");
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

json::object item_added(const char* id, const char* role) {
  return {{"type", "conversation.item.added"},
          {"item", {{"id", id}, {"type", "message"}, {"role", role}}}};
}

json::object transcribed(const char* id, const char* words) {
  return {{"type", "conversation.item.input_audio_transcription.completed"},
          {"item_id", id},
          {"transcript", words}};
}

json::object replied(const char* id, const char* words) {
  return {
      {"type", "response.output_audio_transcript.done"}, {"item_id", id}, {"transcript", words}};
}

TEST_F(PhoneLineTest, AQuestionWhoseWordsComeBehindTheAnswerStandsBeforeIt) {
  tell(item_added("item_1", "user"));
  tell(item_added("item_2", "assistant"));
  say("item_2", 100ms);
  tell(replied("item_2", "we are open"));
  tell(item_added("item_3", "user"));
  tell(transcribed("item_1", "are you open"));
  tell(replied("item_4", "you are welcome"));
  tell(transcribed("item_3", "thank you"));

  EXPECT_THAT(texts_of(written()), ::testing::ElementsAre("are you open", "we are open",
                                                          "thank you", "you are welcome"));
}

TEST_F(PhoneLineTest, WhatIsSaidBesideTheConversationStandsWhereItWasSaid) {
  tell(item_added("item_1", "user"));
  say("item_9", 900ms, "resp_9");  // a filler: no item of the conversation
  tell(item_added("item_2", "user"));
  tell(replied("item_9", "one moment please"));
  tell(transcribed("item_2", "never mind"));
  tell(transcribed("item_1", "look it up"));

  EXPECT_THAT(texts_of(written()),
              ::testing::ElementsAre("look it up", "one moment please", "never mind"));
}

TEST_F(PhoneLineTest, TheTimelineSaysWhenTheCallerHadSpokenNotWhenTheWordsCame) {
  time.advance(1s);
  tell({{"type", "input_audio_buffer.speech_stopped"}, {"item_id", "item_1"}});
  time.advance(200ms);
  tell({{"type", "response.created"}, {"response", {{"id", "resp_1"}}}});
  time.advance(300ms);
  tell(transcribed("item_1", "are you open"));

  const auto timeline = parse_strict(record->take().timeline).value().as_array();

  ASSERT_EQ(timeline.size(), 2u);
  EXPECT_EQ(timeline[0].at("kind"), "heard");
  EXPECT_EQ(timeline[0].at("t_ms"), 1000);
  EXPECT_EQ(timeline[1].at("kind"), "planned");
  EXPECT_EQ(timeline[1].at("t_ms"), 1200);
}

TEST_F(PhoneLineTest, AnAnswerThatIsCutStandsCutWhereItWasSaid) {
  tell(item_added("item_1", "user"));
  tell(item_added("item_2", "assistant"));
  say("item_2", 1000ms);
  time.advance(500ms);
  tell({{"type", "input_audio_buffer.speech_started"}});
  tell(item_added("item_3", "user"));
  tell(transcribed("item_3", "stop"));
  tell(replied("item_2", "one two six ten"));
  tell(transcribed("item_1", "count please"));

  EXPECT_THAT(texts_of(written()), ::testing::ElementsAre("count please", "one two", "stop"));
}

/// How much of a frequency is in it.
double strength(const std::vector<std::int16_t>& samples, double hz) {
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto at = 2 * std::numbers::pi * hz * static_cast<double>(i) / 8000;
    re += samples[i] * std::cos(at);
    im += samples[i] * std::sin(at);
  }
  return std::hypot(re, im) / static_cast<double>(samples.size());
}

TEST_F(PhoneLineTest, PressesKeysAsTonesThatAMenuHears) {
  line->press("5#x");
  for (int i = 0; i < 10; ++i) {
    time.advance(100ms);
    line->keep_time();
  }

  std::vector<std::uint8_t> codes;
  for (const auto& text : sent) {
    const auto message = parse_strict(text).value().as_object();
    if (const auto* media = find_object(message, "media")) {
      std::vector<std::uint8_t> part;
      ASSERT_TRUE(decode_base64(text_at(*media, "payload"), part));
      codes.insert(codes.end(), part.begin(), part.end());
    }
  }
  ASSERT_EQ(codes.size(), 2u * 1600);  // two keys, 100 ms each and 100 ms apart
  std::vector<std::int16_t> samples;
  audio::decode_mulaw(codes, samples);
  const std::vector<std::int16_t> five(samples.begin(), samples.begin() + 800);
  const std::vector<std::int16_t> pause(samples.begin() + 800, samples.begin() + 1600);
  const std::vector<std::int16_t> hash(samples.begin() + 1600, samples.begin() + 2400);
  for (const auto hz : {770.0, 1336.0}) EXPECT_GT(strength(five, hz), 2000) << hz;
  for (const auto hz : {697.0, 852.0, 941.0, 1209.0, 1477.0, 1633.0}) {
    EXPECT_LT(strength(five, hz), 500) << hz;
  }
  for (const auto hz : {941.0, 1477.0}) EXPECT_GT(strength(hash, hz), 2000) << hz;
  EXPECT_LT(strength(pause, 770.0), 10);
}

}  // namespace
}  // namespace callosum::channel::twilio
