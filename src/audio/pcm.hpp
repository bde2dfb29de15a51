#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace callosum::audio {

/// The rates the gateway speaks inside: phone, recogniser and synthesiser, realtime models.
constexpr int kPhoneRateHz = 8000;
constexpr int kSpeechRateHz = 16000;
constexpr int kRealtimeRateHz = 24000;

/// Mono 16-bit linear audio.
struct Pcm {
  std::vector<std::int16_t> samples;
  int sample_rate_hz = kSpeechRateHz;

  std::int64_t duration_ms() const;
};

/// Levels relative to full scale in dB: 0 is the loudest there is, -120 stands for silence and
/// below.
double peak_db(std::span<const std::int16_t> samples);
double rms_db(std::span<const std::int16_t> samples);

/// Scales so that the loudest sample is at `target_db`; silence stays silence.
void normalise_peak(std::span<std::int16_t> samples, double target_db);

/// VALIDATION when nothing is there to hear: no samples, or a peak below -60 dB.
Result<void> check_audible(const Pcm& pcm);

/// How many samples last `milliseconds`.
std::size_t samples_in(std::int64_t milliseconds, int sample_rate_hz);

}  // namespace callosum::audio
