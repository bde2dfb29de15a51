#pragma once

#include "sim/realtime/reply.hpp"

namespace callosum::sim {

/// A model as bad as can be (sim/README.md, "The worst model"): never says a word where it may call
/// a tool. Same turn, same reply.
Reply think_worst(const Turn& turn);

}  // namespace callosum::sim
