#include <gtest/gtest.h>

#include "provider/offline/speech/vad.hpp"
#include "speech_sample.hpp"

namespace callosum::provider::offline::speech {
namespace {

/// Writes down what the detector tells.
class Log final : public VadSink {
 public:
  void speech_started(std::uint64_t at_sample) override { starts.push_back(at_sample); }
  void speech(std::span<const std::int16_t> samples) override {
    heard.insert(heard.end(), samples.begin(), samples.end());
  }
  void speech_stopped(std::uint64_t at_sample) override { stops.push_back(at_sample); }

  std::vector<std::uint64_t> starts;
  std::vector<std::uint64_t> stops;
  std::vector<std::int16_t> heard;
};

audio::Pcm two_sentences(std::size_t pause_ms) {
  audio::Pcm pcm = Mouth::make("kal16")->speak("when are you open").value();
  const auto second = pcm.samples;
  pcm.samples.insert(pcm.samples.begin(), audio::samples_in(1000, 16000), 0);
  pcm.samples.insert(pcm.samples.end(), audio::samples_in(static_cast<int>(pause_ms), 16000), 0);
  pcm.samples.insert(pcm.samples.end(), second.begin(), second.end());
  pcm.samples.insert(pcm.samples.end(), audio::samples_in(1000, 16000), 0);
  return pcm;
}

TEST(SpeechVad, FindsEachSentenceWithSoundFromBeforeItsOnset) {
  const auto pcm = two_sentences(1000);
  auto vad = Vad::make();
  Log log;

  vad->push(pcm.samples, log);

  ASSERT_EQ(log.starts.size(), 2U);
  ASSERT_EQ(log.stops.size(), 2U);
  EXPECT_GE(log.starts[0], audio::samples_in(650, 16000));
  EXPECT_LE(log.starts[0], audio::samples_in(1000, 16000));
  EXPECT_LT(log.stops[0], log.starts[1]);
  EXPECT_EQ(log.heard.size(), log.stops[0] - log.starts[0] + log.stops[1] - log.starts[1]);
  EXPECT_FALSE(vad->in_speech());
}

TEST(SpeechVad, AShortPauseDoesNotEndASentence) {
  const auto pcm = two_sentences(200);
  auto vad = Vad::make();
  Log log;

  vad->push(pcm.samples, log);

  EXPECT_EQ(log.starts.size(), 1U);
  EXPECT_EQ(log.stops.size(), 1U);
}

TEST(SpeechVad, PiecesOfAnySizeGiveTheSame) {
  const auto pcm = two_sentences(1000);
  auto whole = Vad::make();
  auto pieces = Vad::make();
  Log at_once;
  Log bit_by_bit;

  whole->push(pcm.samples, at_once);
  std::span<const std::int16_t> rest(pcm.samples);
  for (std::size_t size = 1; !rest.empty(); size = size % 700 + 13) {
    pieces->push(rest.first(std::min(size, rest.size())), bit_by_bit);
    rest = rest.subspan(std::min(size, rest.size()));
  }

  EXPECT_EQ(at_once.starts, bit_by_bit.starts);
  EXPECT_EQ(at_once.stops, bit_by_bit.stops);
  EXPECT_EQ(at_once.heard, bit_by_bit.heard);
}

TEST(SpeechVad, SilenceIsNoSpeechAndTheEndOfTheStreamEndsASentence) {
  auto vad = Vad::make();
  Log log;

  vad->push(std::vector<std::int16_t>(16000, 0), log);
  EXPECT_TRUE(log.starts.empty());
  auto pcm = two_sentences(1000);
  pcm.samples.resize(audio::samples_in(1700, 16000));
  vad->push(pcm.samples, log);
  EXPECT_TRUE(vad->in_speech());
  vad->finish(log);

  EXPECT_EQ(log.starts.size(), 1U);
  EXPECT_EQ(log.stops.size(), 1U);
}

TEST(SpeechVad, SpeechWithoutEndIsCutAtTheLongestUtterance) {
  auto vad = Vad::make({.longest = std::chrono::milliseconds{400}});
  const auto pcm = two_sentences(1000);
  Log log;

  vad->push(pcm.samples, log);

  ASSERT_GE(log.stops.size(), 3U);
  EXPECT_LE(log.stops[0] - log.starts[0], audio::samples_in(400 + 360, 16000));
}

TEST(SpeechVad, RefusesWhatTheDetectorDoesNotKnow) {
  EXPECT_NE(Vad::make({.sample_rate_hz = 24000}).error().message.find("24000"), std::string::npos);
  EXPECT_NE(Vad::make({.mode = 4}).error().message.find("mode 4"), std::string::npos);
}

}  // namespace
}  // namespace callosum::provider::offline::speech
