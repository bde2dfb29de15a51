#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callosum::net {

// HMAC (RFC 2104), for peers that sign so.
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view text);
std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

}  // namespace callosum::net
