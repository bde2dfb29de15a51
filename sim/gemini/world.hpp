#pragma once

#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "sim/event_log.hpp"
#include "sim/gemini/handles.hpp"
#include "sim/gemini/script.hpp"
#include "sim/gemini/stats.hpp"
#include "sim/gemini/tokens.hpp"

namespace callosum::sim::gemini {

/// What all connections of one simulator share. Outlives them; one thread.
struct World {
  World(async::TimeSource& time, Random& random, EventLog& log)
      : time(time), random(random), log(log), handles(time), tokens(time, random) {}

  async::TimeSource& time;
  Random& random;
  EventLog& log;
  Stats stats;
  Handles handles;
  Tokens tokens;
  /// Of new connections; those that run keep theirs.
  std::shared_ptr<const Script> script = std::make_shared<const Script>();
  std::size_t connections = 0;

  /// `prefix` and 16 hex digits.
  std::string make_id(std::string_view prefix);
};

}  // namespace callosum::sim::gemini
