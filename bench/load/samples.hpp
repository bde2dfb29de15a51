#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "load/clock.hpp"

namespace callosum::bench {

/// Durations, kept whole: percentiles are exact.
class Samples {
 public:
  void add(Nanos time) { times_.push_back(time); }
  void add_all(const Samples& more) {
    times_.insert(times_.end(), more.times_.begin(), more.times_.end());
  }
  void clear() { times_.clear(); }
  std::size_t size() const { return times_.size(); }
  /// `share` 0.5 is the median. 0 when there are none.
  double percentile_us(double share) {
    if (times_.empty()) return 0;
    const auto at = std::min(times_.size() - 1,
                             static_cast<std::size_t>(share * static_cast<double>(times_.size())));
    std::nth_element(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(at),
                     times_.end());
    return static_cast<double>(times_[at]) / 1e3;
  }

 private:
  std::vector<Nanos> times_;
};

}  // namespace callosum::bench
