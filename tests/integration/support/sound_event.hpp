#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/encoding.hpp"

namespace callosum::testing {

/// Some milliseconds of sound, loud or silent, as input_audio_buffer.append.
inline std::string sound_event(std::size_t ms, bool is_loud) {
  std::vector<std::uint8_t> pcm(ms * 48);
  for (std::size_t i = 0; i < pcm.size(); i += 2) {
    const auto sample = static_cast<std::int16_t>(!is_loud ? 0 : (i / 100) % 2 ? 9000 : -9000);
    pcm[i] = static_cast<std::uint8_t>(sample & 0xff);
    pcm[i + 1] = static_cast<std::uint8_t>(sample >> 8 & 0xff);
  }
  return R"({"type":"input_audio_buffer.append","audio":")" + encode_base64(pcm) + "\"}";
}

}  // namespace callosum::testing
