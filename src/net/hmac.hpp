#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callosum::net {

/// HMAC-SHA1 (RFC 2104), for peers that sign so; what we sign ourselves is of SHA-256.
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view text);

}  // namespace callosum::net
