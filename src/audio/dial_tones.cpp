#include "audio/dial_tones.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace callosum::audio {
namespace {

constexpr std::string_view kKeys = "123A456B789C*0#D";  // row by row
constexpr std::array kRowHz{697.0, 770.0, 852.0, 941.0};
constexpr std::array kColumnHz{1209.0, 1336.0, 1477.0, 1633.0};
constexpr double kRateHz = 8000;
constexpr std::size_t kSamples = 800;  // 100 ms
constexpr double kLoudness = 8000;     // of each of the two; together far from clipping

}  // namespace

std::vector<std::int16_t> dial_tones(std::string_view digits) {
  std::vector<std::int16_t> samples;
  samples.reserve(digits.size() * 2 * kSamples);
  for (const char digit : digits) {
    const auto key = kKeys.find(digit);
    if (key == std::string_view::npos) continue;
    const auto low = 2 * std::numbers::pi * kRowHz[key / 4] / kRateHz;
    const auto high = 2 * std::numbers::pi * kColumnHz[key % 4] / kRateHz;
    for (std::size_t i = 0; i < kSamples; ++i) {
      const auto at = static_cast<double>(i);
      const auto value = kLoudness * (std::sin(low * at) + std::sin(high * at));
      samples.push_back(static_cast<std::int16_t>(std::lround(value)));
    }
    samples.insert(samples.end(), kSamples, 0);
  }
  return samples;
}

}  // namespace callosum::audio
