#pragma once

#include "sim/openai/reply.hpp"

namespace callosum::sim::openai {

/// A model as bad as can be (sim/README.md, "The worst model"): never says a word where it may call
/// a tool. Same turn, same reply.
Reply think_worst(const Turn& turn);

}  // namespace callosum::sim::openai
