#include "sim/twilio/caller.hpp"

#include <gmock/gmock.h>

#include "audio/g711.hpp"
#include "sim/twilio/hearing.hpp"

namespace callosum::sim::twilio {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

std::vector<Step> steps_of(const std::string& yaml) {
  return parse_call_script("steps:\n" + yaml, "").value().steps;
}

/// Ticks until the act is of interest; how many ticks it took.
template <class Accept>
std::size_t tick_until(Caller& caller, bool hears, Accept accept) {
  for (std::size_t n = 1; n < 5000; ++n) {
    if (accept(caller.tick(hears))) return n;
  }
  return 0;
}

TEST(TwilioCaller, SpeaksWaitsForTheAnswerAndHangsUp) {
  const auto steps = steps_of("  - tone_ms: 100\n  - wait_silence_ms: 200\n  - hang_up: true\n");
  Caller caller(steps, Ms(0));

  EXPECT_EQ(tick_until(caller, false, [](const Act& act) { return act.said != nullptr; }), 5u);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(caller.tick(false).hangs_up);  // nothing heard yet
  for (int i = 0; i < 10; ++i) caller.tick(true);
  EXPECT_EQ(tick_until(caller, false, [](const Act& act) { return act.hangs_up; }), 11u);
}

TEST(TwilioCaller, BargesInSoLongIntoTheAnswer) {
  const auto steps = steps_of("  - barge_in_ms: 400\n  - tone_ms: 100\n");
  Caller caller(steps, Ms(0));
  for (int i = 0; i < 50; ++i) caller.tick(false);

  EXPECT_EQ(tick_until(caller, true, [](const Act& act) { return act.begun != nullptr; }), 21u);
}

TEST(TwilioCaller, GoesOnWhenItHasWaitedInVain) {
  const auto steps = steps_of("  - {wait_silence_ms: 200, timeout_ms: 1000}\n  - dtmf: \"1#\"\n");
  Caller caller(steps, Ms(0));

  EXPECT_EQ(tick_until(caller, false, [](const Act& act) { return act.has_waited_in_vain; }), 50u);
  EXPECT_EQ(caller.tick(false).digit, '1');
  EXPECT_EQ(tick_until(caller, false, [](const Act& act) { return act.digit == '#'; }), 10u);
}

TEST(TwilioCaller, RepeatsItsStepsForAsLongAsItIsTold) {
  const auto steps = steps_of("  - tone_ms: 100\n  - pause_ms: 100\n  - hang_up: true\n");
  Caller caller(steps, Ms(1000));
  std::size_t spoken = 0;

  const auto ticks = tick_until(caller, false, [&](const Act& act) {
    spoken += act.said != nullptr;
    return act.hangs_up;
  });

  EXPECT_EQ(ticks, 50u);
  EXPECT_EQ(spoken, 4u);
}

TEST(TwilioScript, NamesTheLineOfWhatItDoesNotKnow) {
  const auto unknown = parse_call_script("steps:\n  - shout: a.wav\n", "");
  const auto fault = parse_call_script("faults: [sneeze]\n", "");
  const auto digits = parse_call_script("steps:\n  - dtmf: abc\n", "");

  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("line 2"));
  ASSERT_FALSE(fault);
  EXPECT_THAT(fault.error().message, HasSubstr("binary_frame"));
  ASSERT_FALSE(digits);
}

TEST(TwilioScript, ReadsFaultsAndFields) {
  const auto script = parse_call_script(
      "faults: [token_replay, abort]\nfields: {StirVerstat: TN-Validation-Failed, X: \"\"}\n"
      "jitter_ms: 40\nloss_percent: 2\nwebhooks: 3\n",
      "");

  ASSERT_TRUE(script) << script.error().message;
  EXPECT_TRUE(script->has(FaultKind::token_replay));
  EXPECT_FALSE(script->has(FaultKind::oversize));
  EXPECT_EQ(script->fields, (FormFields{{"StirVerstat", "TN-Validation-Failed"}, {"X", ""}}));
  EXPECT_EQ(script->jitter, Ms(40));
  EXPECT_EQ(script->webhooks, 3u);
}

TEST(TwilioSound, EncodesAsTheProductDoesFromAnotherHand) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto value = static_cast<std::int16_t>(sample);
    ASSERT_EQ(encode_ulaw(value), audio::encode_mulaw(value)) << sample;
  }
}

TEST(TwilioSound, KnowsTheLastVoicedFrame) {
  auto sound = make_tone(Ms(100))->sound;
  sound.insert(sound.end(), 1000, 0xff);

  const auto utterance = make_utterance("a", sound);

  ASSERT_TRUE(utterance);
  EXPECT_EQ((*utterance)->last_voiced, 4u);
  EXPECT_EQ((*utterance)->sound.size() % kFrameBytes, 0u);
  EXPECT_FALSE(make_utterance("silence", std::vector<std::uint8_t>(1600, 0xff)));
}

TEST(TwilioHearing, MeasuresFromTheLastVoicedFrameToTheFirstAudibleOne) {
  Hearing hearing;
  const auto tone = make_tone(Ms(20))->sound;
  const SteadyTime start{};

  hearing.on_said(start, false);
  const auto silence = hearing.on_media(start + milliseconds(10), silent_frame());
  const auto answer = hearing.on_media(start + milliseconds(35), tone);
  const auto more = hearing.on_media(start + milliseconds(60), tone);

  EXPECT_FALSE(silence.latency_ms);
  EXPECT_EQ(answer.latency_ms, 35);
  EXPECT_FALSE(more.latency_ms);
}

TEST(TwilioHearing, WhatComesNearerToTheEarThanTheRestIsLateByThat) {
  Hearing hearing;
  const auto tone = make_tone(Ms(100))->sound;
  const SteadyTime start{};
  const auto comes = [&](int ms) {
    return hearing.on_media(start + milliseconds(ms), tone).jitter_ms;
  };

  EXPECT_FALSE(comes(0));  // the first of what is played without a break
  EXPECT_FALSE(comes(0));  // further ahead of the ear: that is nobody's fault
  EXPECT_FALSE(comes(0));
  EXPECT_EQ(comes(100), 0);
  EXPECT_EQ(comes(207), 7);
  EXPECT_EQ(comes(300), 0);
  hearing.on_clear(start + milliseconds(310));
  EXPECT_FALSE(comes(320));  // nothing was there to be late for
  EXPECT_FALSE(comes(2000));
}

TEST(TwilioHearing, MeasuresNothingWhereTheOtherSideStillSpoke) {
  Hearing hearing;
  hearing.on_said(SteadyTime{}, true);

  EXPECT_FALSE(hearing.on_media(SteadyTime{}, make_tone(Ms(20))->sound).latency_ms);
}

TEST(TwilioHearing, TellsWhatWasHeardAndWhereItRanDry) {
  Hearing hearing;
  const auto tone = make_tone(Ms(20))->sound;
  std::optional<Hearing::Span> heard;
  const auto play = [&](int at, bool is_sound) {
    const auto span = is_sound ? hearing.on_played(milliseconds(at), tone)
                               : hearing.on_played(milliseconds(at), {});
    if (span) heard = span;
  };
  play(0, true);
  play(20, false);  // dry
  play(40, true);
  for (int at = 60; at < 600; at += 20) play(at, false);

  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->from, milliseconds(0));
  EXPECT_EQ(heard->to, milliseconds(60));
  EXPECT_EQ(hearing.underruns(), 1u);
}

}  // namespace
}  // namespace callosum::sim::twilio
