#pragma once

#include "sim/openai/reply.hpp"

namespace callosum::sim::openai {

/// What the "model" does without a script (sim/README.md, "Without a script"). Same turn, same
/// reply.
Reply think(const Turn& turn);

}  // namespace callosum::sim::openai
