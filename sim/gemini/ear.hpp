#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/gemini/settings.hpp"

namespace callosum::sim::gemini {

struct Activity {
  bool is_start = true;
  Ms at{0};  ///< from the first sound on; a start counts from the first loud frame
};

/// Finds speech in 16-bit little-endian PCM of one channel: what is loud for long enough. Counts
/// sound in milliseconds, whatever its rate.
class Ear {
 public:
  explicit Ear(const Detection& detection) : detection_(detection) {}

  /// What changed, in order.
  std::vector<Activity> hear(std::span<const std::uint8_t> pcm, std::size_t rate_hz);
  /// The microphone paused: speech that was going on has ended.
  bool end_stream();
  Ms total() const { return Ms(static_cast<std::int64_t>(total_ms_)); }

 private:
  bool hear_frame(double loudness);

  Detection detection_;
  double total_ms_ = 0;
  std::vector<std::uint8_t> rest_;  ///< less than a frame
  std::size_t rate_hz_ = 0;
  Ms heard_{0};  ///< in whole frames
  Ms loud_{0};
  Ms quiet_{0};
  bool is_speaking_ = false;
};

}  // namespace callosum::sim::gemini
