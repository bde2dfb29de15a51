#pragma once

#include <cstdint>
#include <span>

#include "sim/tone.hpp"

namespace callosum::sim {

/// The root mean square of its samples, 0 to 32767.
double loudness_of(std::span<const std::uint8_t> frame, SoundFormat format);

}  // namespace callosum::sim
