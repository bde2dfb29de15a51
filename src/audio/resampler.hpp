#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/pcm.hpp"
#include "base/result.hpp"

struct SpeexResamplerState_;

namespace callosum::audio {

/// A whole recording at another rate: delay taken out, length kept.
Result<Pcm> resample(const Pcm& pcm, int to_hz);

/// Changes the rate of one mono stream. One per direction and stream: it remembers the last
/// samples, so frames resampled by different objects click at their seams. Low-pass included; delay
/// 5 ms, every frame comes out at once.
class Resampler {
 public:
  /// Any ratio between 4,000 and 192,000 Hz; VALIDATION otherwise.
  static Result<Resampler> make(int from_hz, int to_hz);

  /// Appends to `out`, whose memory is reused.
  void process(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out);

  int from_hz() const { return from_hz_; }
  int to_hz() const { return to_hz_; }
  /// Output samples by which sound comes out late.
  std::size_t delay() const;

 private:
  struct Free {
    void operator()(SpeexResamplerState_* state) const;
  };
  friend Result<Pcm> resample(const Pcm& pcm, int to_hz);
  using State = std::unique_ptr<SpeexResamplerState_, Free>;

  Resampler(State state, int from_hz, int to_hz);

  State state_;  ///< null where both rates are equal: samples pass unchanged
  int from_hz_;
  int to_hz_;
};

}  // namespace callosum::audio
