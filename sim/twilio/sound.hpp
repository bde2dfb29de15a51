#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/twilio/playout.hpp"

namespace callosum::sim::twilio {

constexpr std::chrono::milliseconds kFrameTime{20};

/// ITU-T G.711, computed from the law's own segments (protocol: telephony §5).
std::uint8_t encode_ulaw(std::int16_t sample);

/// Louder than about -40 dBFS. Longer pieces: whether any frame in them is.
bool is_audible(std::span<const std::uint8_t> ulaw);

/// 20 ms of nothing.
std::span<const std::uint8_t> silent_frame();

/// Something that a caller says: whole frames of mu-law. Shared by all calls.
struct Utterance {
  std::string name;
  std::vector<std::uint8_t> sound;
  std::size_t last_voiced = 0;  ///< its frame, from 0: what an answer is late against

  std::size_t frames() const { return sound.size() / kFrameBytes; }
  std::span<const std::uint8_t> frame(std::size_t index) const {
    return std::span(sound).subspan(index * kFrameBytes, kFrameBytes);
  }
};

/// Fills up the last frame. VALIDATION where nothing in it can be heard.
Result<std::shared_ptr<const Utterance>> make_utterance(std::string name,
                                                        std::vector<std::uint8_t> ulaw);
/// Any WAV that audio/wav.hpp reads, at any rate.
Result<std::shared_ptr<const Utterance>> load_utterance(const std::string& path);
std::shared_ptr<const Utterance> make_tone(std::chrono::milliseconds length);

}  // namespace callosum::sim::twilio
