#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum {

std::string encode_hex(std::span<const std::uint8_t> bytes);

/// Standard base64 with padding (RFC 4648 §4).
std::string encode_base64(std::span<const std::uint8_t> bytes);
/// Appends to `out`, whose memory is reused: the audio path calls this for every frame.
void append_base64(std::span<const std::uint8_t> bytes, std::string& out);
/// Strict: no line breaks, padding required. VALIDATION on anything else. `out` is replaced.
Result<void> decode_base64(std::string_view text, std::vector<std::uint8_t>& out);

/// URL-safe base64 without padding (RFC 4648 §5), as JWTs use it.
std::string encode_base64url(std::span<const std::uint8_t> bytes);
Result<void> decode_base64url(std::string_view text, std::vector<std::uint8_t>& out);

using Sha256 = std::array<std::uint8_t, 32>;
Sha256 sha256(std::string_view bytes);
/// "3f0c…": 64 hex digits.
std::string sha256_hex(std::string_view bytes);

/// BLAKE2b of 32 bytes, in hex, of all parts as one text: for chains over many bytes, where it
/// costs a third of SHA-256.
std::string blake2b_hex(std::span<const std::string_view> parts);
/// The first 64 bits of BLAKE2b of 16 bytes, of all parts as one text.
std::uint64_t blake2b_number(std::span<const std::string_view> parts);

/// Takes the same time wherever the first difference is. Sizes are not secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace callosum
