#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/wav.hpp"

/// Any bytes: an error or samples within the limits, never a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pcm = callosum::audio::read_wav(std::span(data, size));
  if (pcm && pcm->samples.size() > std::size_t{callosum::audio::kLongestWavSeconds} * 16000) {
    __builtin_trap();
  }
  return 0;
}
