#include "audio/g711.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace callosum::audio {
namespace {

TEST(G711, DecodesMulawToTheLevelsOfTheStandard) {
  EXPECT_EQ(decode_mulaw(0x00), -32124);
  EXPECT_EQ(decode_mulaw(0x80), 32124);
  EXPECT_EQ(decode_mulaw(0xFF), 0);
  EXPECT_EQ(decode_mulaw(0x7F), 0);
  EXPECT_EQ(decode_mulaw(0xEF), 132);
}

TEST(G711, MulawOfADecodedCodeIsThatCodeExceptMinusZero) {
  for (int code = 0; code < 256; ++code) {
    const auto again = encode_mulaw(decode_mulaw(static_cast<std::uint8_t>(code)));

    EXPECT_EQ(again, code == 0x7F ? 0xFF : code);
  }
}

TEST(G711, AlawOfADecodedCodeIsThatCode) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(encode_alaw(decode_alaw(static_cast<std::uint8_t>(code))), code);
  }
}

TEST(G711, EverySampleComesBackWithinHalfAStepOfItsSegment) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto value = static_cast<std::int16_t>(sample);
    const double mulaw_error = std::abs(decode_mulaw(encode_mulaw(value)) - sample);
    const double alaw_error = std::abs(decode_alaw(encode_alaw(value)) - sample);

    ASSERT_LE(mulaw_error, 8 + std::abs(sample) / 31.0) << sample;
    ASSERT_LE(alaw_error, 16 + std::abs(sample) / 31.0) << sample;
  }
}

TEST(G711, TheLowestSampleDoesNotOverflow) {
  EXPECT_EQ(encode_mulaw(-32768), 0x00);
  EXPECT_EQ(decode_alaw(encode_alaw(-32768)), -32256);
}

TEST(G711, SilenceAndItsNeighboursHaveTheCodesThatPhonesSend) {
  EXPECT_EQ(encode_mulaw(0), kMulawSilence);
  for (int sample = -3; sample <= -1; ++sample) {
    EXPECT_EQ(encode_mulaw(static_cast<std::int16_t>(sample)), 0x7F);
  }
  EXPECT_EQ(encode_alaw(0), kAlawSilence);
}

TEST(G711, FramesAreAppendedToWhatIsThere) {
  const std::vector<std::int16_t> samples = {0, 1000, -1000};
  std::vector<std::uint8_t> codes = {1};
  std::vector<std::int16_t> back;

  encode_mulaw(samples, codes);
  decode_mulaw(std::span(codes).subspan(1), back);

  ASSERT_EQ(codes.size(), 4U);
  EXPECT_EQ(back, (std::vector<std::int16_t>{0, 988, -988}));
}

}  // namespace
}  // namespace callosum::audio
