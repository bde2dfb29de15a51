#pragma once

#include <string>
#include <vector>

#include "sim/gemini/history.hpp"
#include "sim/gemini/reply.hpp"
#include "sim/realtime/reply.hpp"

namespace callosum::sim::gemini {

/// What the model knows when it is asked. The language of the default brain is the simulators' own.
using Turn = sim::Turn;

/// The functions that a session declares.
struct Declared {
  std::string name;
  json::object schema;  ///< of its parameters, types in lower case
  bool is_blocking = true;
};

Turn make_turn(const History& history, const std::vector<Declared>& functions);

/// What the model does without a script: as told in words (sim/README.md, "Without a script").
Reply think(const Turn& turn);
/// As bad as can be (sim/README.md, "The worst model").
Reply think_worst(const Turn& turn);

}  // namespace callosum::sim::gemini
