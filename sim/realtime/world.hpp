#pragma once

#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "sim/event_log.hpp"
#include "sim/realtime/script.hpp"
#include "sim/realtime/stats.hpp"

namespace callosum::sim {

/// What all connections of one simulator share. Outlives them; one thread.
struct World {
  async::TimeSource& time;
  Random& random;
  EventLog& log;
  Stats& stats;
  /// Of new connections; those that run keep theirs.
  std::shared_ptr<const Script> script = std::make_shared<const Script>();
  std::size_t connections = 0;

  /// `prefix` and 16 hex digits: as short as the vendor's, so clients' length limits hold.
  std::string make_id(std::string_view prefix);
};

}  // namespace callosum::sim
