#pragma once

#include "sim/realtime/reply.hpp"

namespace callosum::sim {

/// What the "model" does without a script (sim/README.md, "Without a script"). Same turn, same
/// reply.
Reply think(const Turn& turn);

}  // namespace callosum::sim
