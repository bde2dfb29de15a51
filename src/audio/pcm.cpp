#include "audio/pcm.hpp"

#include <algorithm>
#include <cmath>

namespace callosum::audio {
namespace {

constexpr double kFullScale = 32768.0;
constexpr double kSilenceDb = -120.0;
constexpr double kInaudibleDb = -60.0;

double to_db(double amplitude) {
  return amplitude <= 0 ? kSilenceDb : std::max(kSilenceDb, 20.0 * std::log10(amplitude));
}

int loudest(std::span<const std::int16_t> samples) {
  int peak = 0;
  for (const int sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

}  // namespace

std::int64_t Pcm::duration_ms() const {
  return sample_rate_hz <= 0 ? 0
                             : static_cast<std::int64_t>(samples.size()) * 1000 / sample_rate_hz;
}

double peak_db(std::span<const std::int16_t> samples) {
  return to_db(loudest(samples) / kFullScale);
}

double rms_db(std::span<const std::int16_t> samples) {
  if (samples.empty()) return kSilenceDb;
  double power = 0;
  for (const double sample : samples) power += sample * sample;
  return to_db(std::sqrt(power / static_cast<double>(samples.size())) / kFullScale);
}

void normalise_peak(std::span<std::int16_t> samples, double target_db) {
  const int peak = loudest(samples);
  if (peak == 0) return;
  const double gain = std::pow(10.0, target_db / 20.0) * kFullScale / peak;
  for (auto& sample : samples) {
    sample = static_cast<std::int16_t>(std::clamp(std::lround(sample * gain), -32768L, 32767L));
  }
}

Result<void> check_audible(const Pcm& pcm) {
  if (pcm.samples.empty()) return fail(ErrorType::validation, "the audio holds no samples");
  if (peak_db(pcm.samples) >= kInaudibleDb) return {};
  return fail(ErrorType::validation, "the audio is silent: nothing in it is louder than -60 dB");
}

std::size_t samples_in(std::int64_t milliseconds, int sample_rate_hz) {
  return static_cast<std::size_t>(milliseconds * sample_rate_hz / 1000);
}

}  // namespace callosum::audio
