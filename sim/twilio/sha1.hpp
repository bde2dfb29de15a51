#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callosum::sim::twilio {

using Sha1 = std::array<std::uint8_t, 20>;

/// FIPS 180-4. Ours on purpose: the product's signatures are checked against another hand's work.
Sha1 sha1(std::string_view bytes);
/// RFC 2104.
Sha1 hmac_sha1(std::string_view key, std::string_view text);

}  // namespace callosum::sim::twilio
