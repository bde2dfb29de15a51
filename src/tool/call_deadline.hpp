#pragma once

#include <algorithm>
#include <chrono>

#include "async/deadline.hpp"

namespace callosum::tool {

/// A little before the deadline of a run: who cuts itself short can still say what it knows (that a
/// write may have been done), who is cut cannot.
inline async::Deadline before(async::Deadline deadline) {
  if (deadline.at() == SteadyTime::max()) return deadline;
  constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds(20);
  return deadline.sooner(deadline.at() - std::min(kMost, deadline.left() / 10));
}

}  // namespace callosum::tool
