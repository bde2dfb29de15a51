#include "sim/loudness.hpp"

#include <cmath>

namespace callosum::sim {

double loudness_of(std::span<const std::uint8_t> frame, SoundFormat format) {
  double sum = 0;
  std::size_t samples = 0;
  const auto add = [&](double sample) {
    sum += sample * sample;
    ++samples;
  };
  if (format.coding == SoundCoding::pcm) {
    for (std::size_t i = 0; i + 1 < frame.size(); i += 2) {
      add(static_cast<std::int16_t>(frame[i] | (frame[i + 1] << 8)));
    }
  } else {
    for (const auto byte : frame) {
      add(format.coding == SoundCoding::ulaw ? decode_ulaw(byte) : decode_alaw(byte));
    }
  }
  return samples == 0 ? 0 : std::sqrt(sum / static_cast<double>(samples));
}

}  // namespace callosum::sim
