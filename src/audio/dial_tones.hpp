#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace callosum::audio {

/// The keys of a phone as they sound (ITU-T Q.23): 8 kHz, 100 ms each, 100 ms apart, which a menu
/// hears through mu-law (Q.24 wants 40 ms). Whatever is no key is left out.
std::vector<std::int16_t> dial_tones(std::string_view digits);

}  // namespace callosum::audio
