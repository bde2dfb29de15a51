#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.hpp"
#include "base/result.hpp"

namespace callosum::provider::sound {

/// Turns the audio of input_audio_buffer.append into 16 kHz samples. One a conversation: it
/// resamples a stream.
class AudioIn {
 public:
  /// Appends to `out`. VALIDATION: not base64, or half a sample.
  Result<void> take(std::string_view base64, const std::string& format,
                    std::vector<std::int16_t>& out);

 private:
  std::string format_;
  std::optional<audio::Resampler> resampler_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int16_t> samples_;
};

/// 16 kHz speech as whole samples of an output format: "audio/pcm" (24 kHz), "audio/pcmu",
/// "audio/pcma" (8 kHz).
Result<std::vector<std::uint8_t>> encode_speech(const audio::Pcm& pcm, const std::string& format);
std::size_t bytes_per_100_ms(const std::string& format);

}  // namespace callosum::provider::sound
