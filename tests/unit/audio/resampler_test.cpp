#include "audio/resampler.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

#include "audio/frame_cutter.hpp"

namespace callosum::audio {
namespace {

Pcm tone(double hz, int rate_hz, int milliseconds) {
  Pcm pcm{.samples = std::vector<std::int16_t>(samples_in(milliseconds, rate_hz)),
          .sample_rate_hz = rate_hz};
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = static_cast<std::int16_t>(
        12000 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
  }
  return pcm;
}

TEST(Resampler, GivesOneFrameForEachFrameAtEveryRateTheGatewayUses) {
  for (const auto& [from_hz, to_hz] : {std::pair{8000, 16000},
                                       {16000, 8000},
                                       {24000, 8000},
                                       {8000, 24000},
                                       {16000, 24000},
                                       {24000, 16000}}) {
    auto resampler = Resampler::make(from_hz, to_hz);
    const auto sound = tone(440, from_hz, 20);
    ASSERT_TRUE(resampler);

    for (int frame = 0; frame < 5; ++frame) {
      std::vector<std::int16_t> out;
      resampler->process(sound.samples, out);

      EXPECT_EQ(out.size(), samples_in(20, to_hz)) << from_hz << " to " << to_hz;
    }
    EXPECT_LE(resampler->delay(), samples_in(6, to_hz));
  }
}

TEST(Resampler, FramesJoinWithoutASeam) {
  auto whole = Resampler::make(8000, 16000);
  auto pieces = Resampler::make(8000, 16000);
  const auto sound = tone(700, 8000, 200);
  std::vector<std::int16_t> at_once;
  std::vector<std::int16_t> in_frames;
  FrameCutter cutter(8000);

  whole->process(sound.samples, at_once);
  cutter.push(sound.samples);
  for (auto frame = cutter.next(); !frame.empty(); frame = cutter.next()) {
    pieces->process(frame, in_frames);
  }

  EXPECT_EQ(at_once, in_frames);
}

TEST(Resampler, KeepsATonePhaseAndLengthOfARecording) {
  const auto sound = tone(500, 22050, 400);
  const auto expected = tone(500, 16000, 400);

  const auto result = resample(sound, 16000);

  ASSERT_TRUE(result);
  ASSERT_EQ(result->samples.size(), expected.samples.size());
  for (std::size_t i = 800; i + 800 < expected.samples.size(); ++i) {
    ASSERT_NEAR(result->samples[i], expected.samples[i], 60) << i;
  }
}

TEST(Resampler, TakesOutWhatTheLowerRateCannotHold) {
  const auto result = resample(tone(7000, 24000, 300), 8000);

  ASSERT_TRUE(result);
  EXPECT_LT(rms_db(result->samples), -50);
}

TEST(Resampler, RefusesARateOutOfRangeByItsNumber) {
  const auto resampler = Resampler::make(16000, 0);

  ASSERT_FALSE(resampler);
  EXPECT_EQ(resampler.error().type, ErrorType::validation);
  EXPECT_NE(resampler.error().message.find("got 0"), std::string::npos);
}

TEST(FrameCutter, CutsAnyPiecesIntoFramesAndFillsTheLastWithSilence) {
  FrameCutter cutter(8000);
  const std::vector<std::int16_t> piece(100, 7);
  std::size_t frames = 0;

  for (int i = 0; i < 5; ++i) {
    cutter.push(piece);
    while (!cutter.next().empty()) ++frames;
  }
  const auto last = cutter.flush();

  EXPECT_EQ(frames, 3U);
  ASSERT_EQ(last.size(), 160U);
  EXPECT_EQ(last[19], 7);
  EXPECT_EQ(last[20], 0);
  EXPECT_TRUE(cutter.flush().empty());
}

TEST(Pcm, LevelsAreMeasuredAgainstFullScale) {
  Pcm sound = tone(440, 16000, 100);

  normalise_peak(sound.samples, -3);

  EXPECT_NEAR(peak_db(sound.samples), -3, 0.05);
  EXPECT_NEAR(rms_db(sound.samples), -6, 0.1);
  EXPECT_EQ(sound.duration_ms(), 100);
}

TEST(Pcm, SilenceIsNotAudible) {
  const Pcm silence{.samples = std::vector<std::int16_t>(1600, 3), .sample_rate_hz = 16000};

  const auto result = check_audible(silence);

  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("silent"), std::string::npos);
  EXPECT_TRUE(check_audible(tone(440, 16000, 20)));
}

}  // namespace
}  // namespace callosum::audio
