#pragma once

#include <memory>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "sim/event_log.hpp"
#include "sim/google/accounts.hpp"
#include "sim/google/fault_book.hpp"
#include "sim/google/oauth.hpp"
#include "sim/google/script.hpp"
#include "sim/google/stats.hpp"

namespace callosum::sim::google {

/// The machine's clock, set to another time of day: it goes on from there.
class SetClock final : public Clock {
 public:
  SetClock(const Clock& machine, std::optional<WallTime> now)
      : machine_(machine), ahead_(now ? *now - machine.wall_now() : WallTime::duration{}) {}
  SteadyTime now() const override { return machine_.now(); }
  WallTime wall_now() const override { return machine_.wall_now() + ahead_; }

 private:
  const Clock& machine_;
  WallTime::duration ahead_;
};

struct WorldOptions {
  std::optional<WallTime> now;
  std::chrono::seconds token_life{3600};
};

/// What all requests share. One thread.
struct World {
  World(async::TimeSource& time, Random& random, EventLog& log, const WorldOptions& options)
      : time(time),
        random(random),
        log(log),
        clock(time, options.now),
        accounts(clock, random),
        oauth(clock, random, options.token_life) {}

  void set_script(std::shared_ptr<const Script> given) {
    script = std::move(given);
    faults = FaultBook(script);
  }

  async::TimeSource& time;
  Random& random;
  EventLog& log;
  SetClock clock;
  Stats stats;
  Accounts accounts;
  OAuth oauth;
  std::shared_ptr<const Script> script = std::make_shared<const Script>();
  FaultBook faults{script};
};

}  // namespace callosum::sim::google
