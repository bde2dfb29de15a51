#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace callosum {

/// A UUIDv7 (RFC 9562): sorts by time of making, 74 random bits.
std::string make_uuid7(const Clock& clock, Random& random);

/// `prefix` and 128 random bits in hex: "sess_3f…". For ids that must not be guessed.
std::string make_id(std::string_view prefix, Random& random);

bool is_uuid(std::string_view text);

}  // namespace callosum
