#pragma once

#include <chrono>
#include <cstdint>

namespace callosum {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

/// What time it is. Rules about time ask this seam, never std::chrono, so that a test can turn the
/// hands.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;     ///< monotonic: deadlines, budgets, durations
  virtual WallTime wall_now() const = 0;  ///< UTC: records, token expiry
};

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

inline std::int64_t epoch_ms(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
inline std::int64_t epoch_s(WallTime time) { return epoch_ms(time) / 1000; }

}  // namespace callosum
