#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace callosum::audio {

/// What mu-law silence looks like on the wire (+0); A-law's is 0xD5.
constexpr std::uint8_t kMulawSilence = 0xFF;
constexpr std::uint8_t kAlawSilence = 0xD5;

/// ITU-T G.711, bit-exact. Range of mu-law ±32124, of A-law ±32256.
std::uint8_t encode_mulaw(std::int16_t sample);
std::int16_t decode_mulaw(std::uint8_t code);
std::uint8_t encode_alaw(std::int16_t sample);
std::int16_t decode_alaw(std::uint8_t code);

/// Whole frames; the result is appended to `out`, whose memory is reused.
void encode_mulaw(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out);
void decode_mulaw(std::span<const std::uint8_t> codes, std::vector<std::int16_t>& out);
void encode_alaw(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out);
void decode_alaw(std::span<const std::uint8_t> codes, std::vector<std::int16_t>& out);

}  // namespace callosum::audio
