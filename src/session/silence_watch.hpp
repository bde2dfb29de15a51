#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace callosum::session {

/// What becomes of a conversation in which nobody says anything: it asks, some times, then says
/// goodbye, then ends. A rule about time, pure.
class SilenceWatch {
 public:
  struct Rule {
    std::chrono::milliseconds after{0};  ///< of silence, each time; 0: nothing is ever done
    std::string prompt;                  ///< "Are you still there?"
    std::string goodbye;                 ///< empty: it ends without
    int prompts = 2;
  };
  enum class Step : std::uint8_t { prompt, goodbye, end };

  explicit SilenceWatch(Rule rule) : rule_(std::move(rule)) {}

  /// When the next step is due, where nothing has been going on since then; max: never.
  SteadyTime due(SteadyTime quiet_since) const {
    return rule_.after.count() > 0 ? quiet_since + rule_.after : SteadyTime::max();
  }
  Step take();
  /// Somebody has said something: it begins anew.
  void heard() { taken_ = 0; }
  const Rule& rule() const { return rule_; }

 private:
  Rule rule_;
  int taken_ = 0;  // steps
};

}  // namespace callosum::session
