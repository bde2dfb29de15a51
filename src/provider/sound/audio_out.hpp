#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.hpp"
#include "base/result.hpp"

namespace callosum::provider::sound {

/// Whether every character is one of base64's: then it may stand in JSON as it came.
bool is_base64(std::string_view text);

/// Turns a model's 16-bit PCM into what an output_audio.delta carries. One a conversation: it
/// resamples a stream.
class AudioOut {
 public:
  /// Appends to `out`, in base64. What is 24 kHz and stays PCM passes as it came. VALIDATION: not
  /// base64, half a sample, or a rate that no sound has.
  Result<void> take(std::string_view base64, int rate_hz, const std::string& format,
                    std::string& out);

 private:
  std::optional<audio::Resampler> resampler_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int16_t> samples_;
  std::vector<std::int16_t> scaled_;
};

}  // namespace callosum::provider::sound
