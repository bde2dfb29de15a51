#include "audio/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace callosum::audio {
namespace {

constexpr int kMulawBias = 132;
constexpr int kMulawClip = 32635;
constexpr std::uint8_t kAlawToggle = 0x55;  // every second bit is inverted on the wire

constexpr std::int16_t expand_mulaw(std::uint8_t code) {
  const int bits = static_cast<std::uint8_t>(~code);
  const int exponent = (bits >> 4) & 7;
  const int magnitude = (((bits & 15) * 8 + kMulawBias) << exponent) - kMulawBias;
  return static_cast<std::int16_t>((bits & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr std::int16_t expand_alaw(std::uint8_t code) {
  const int bits = code ^ kAlawToggle;
  const int exponent = (bits >> 4) & 7;
  const int step = ((bits & 15) << 4) + 8;
  const int magnitude = exponent == 0 ? step : (step + 0x100) << (exponent - 1);
  return static_cast<std::int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

template <class Expand>
constexpr std::array<std::int16_t, 256> table_of(Expand expand) {
  std::array<std::int16_t, 256> table{};
  for (int code = 0; code < 256; ++code) table[code] = expand(static_cast<std::uint8_t>(code));
  return table;
}

constexpr auto kMulaw = table_of(expand_mulaw);
constexpr auto kAlaw = table_of(expand_alaw);

/// Position of the highest set bit; `value` is never 0 here.
int highest_bit(int value) { return std::bit_width(static_cast<unsigned>(value)) - 1; }

}  // namespace

std::uint8_t encode_mulaw(std::int16_t sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(std::abs(static_cast<int>(sample)), kMulawClip) + kMulawBias;
  const int exponent = highest_bit(magnitude) - 7;
  const int mantissa = (magnitude >> (exponent + 3)) & 15;
  return static_cast<std::uint8_t>(~(sign | exponent << 4 | mantissa));
}

std::int16_t decode_mulaw(std::uint8_t code) { return kMulaw[code]; }

std::uint8_t encode_alaw(std::int16_t sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  // One's complement for negatives: -1 and 0 share a magnitude, so -32768 fits as well.
  const int magnitude = (sample >= 0 ? sample : ~sample) >> 4;
  const int exponent = magnitude < 16 ? 0 : highest_bit(magnitude) - 3;
  const int mantissa = exponent == 0 ? magnitude : (magnitude >> (exponent - 1)) & 15;
  return static_cast<std::uint8_t>((sign | exponent << 4 | mantissa) ^ kAlawToggle);
}

std::int16_t decode_alaw(std::uint8_t code) { return kAlaw[code]; }

void encode_mulaw(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) {
  out.reserve(out.size() + samples.size());
  for (const auto sample : samples) out.push_back(encode_mulaw(sample));
}

void decode_mulaw(std::span<const std::uint8_t> codes, std::vector<std::int16_t>& out) {
  out.reserve(out.size() + codes.size());
  for (const auto code : codes) out.push_back(decode_mulaw(code));
}

void encode_alaw(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) {
  out.reserve(out.size() + samples.size());
  for (const auto sample : samples) out.push_back(encode_alaw(sample));
}

void decode_alaw(std::span<const std::uint8_t> codes, std::vector<std::int16_t>& out) {
  out.reserve(out.size() + codes.size());
  for (const auto code : codes) out.push_back(decode_alaw(code));
}

}  // namespace callosum::audio
