#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace callosum::sim {

/// The sound formats of the vendors' wires. Ours on purpose: nothing is shared with the product's
/// audio/.
enum class SoundCoding : std::uint8_t { pcm, ulaw, alaw };

struct SoundFormat {
  SoundCoding coding = SoundCoding::pcm;
  int rate_hz = 24000;

  friend auto operator<=>(const SoundFormat&, const SoundFormat&) = default;
};

/// "audio/pcm", "audio/pcmu", "audio/pcma"; PCM at 24 kHz.
SoundFormat parse_sound_format(std::string_view name);
std::size_t bytes_per_second(SoundFormat format);

/// Spoken sound goes out in pieces of this length.
constexpr std::chrono::milliseconds kSoundPiece{200};

/// One piece of a 220 Hz tone as base64. 200 ms hold whole periods, so pieces join without a click
/// and all are equal: computed once a format, for one thread.
const std::string& tone_piece_base64(SoundFormat format);
/// The same as bytes.
const std::string& tone_piece(SoundFormat format);

/// How long a voice would need for `text`, in whole pieces; at most a minute.
std::chrono::milliseconds spoken_length(std::string_view text, double speed);

/// The samples' value, -32768..32767.
std::int16_t decode_ulaw(std::uint8_t byte);
std::int16_t decode_alaw(std::uint8_t byte);

}  // namespace callosum::sim
