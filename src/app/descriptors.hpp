#pragma once

#include <cstddef>

#include "base/result.hpp"

namespace callosum::app {

/// What this process may open, and what it has open now.
struct Descriptors {
  std::size_t limit = 0;   ///< the soft RLIMIT_NOFILE
  std::size_t in_use = 0;  ///< files, listeners, event loops
};
Descriptors count_descriptors();

/// How the descriptors are shared out.
struct DescriptorShares {
  std::size_t sessions = 0;     ///< each takes two: its caller's connection and its model's
  std::size_t connections = 0;  ///< of callers and other clients, those of sessions among them
  std::size_t reserve = 0;      ///< for what is opened on the way: files, the admin's connections
};

/// At most `wanted` sessions (0: as many as there is room for). An error where there is room for
/// none, which says what to do.
Result<DescriptorShares> share_descriptors(const Descriptors& descriptors, std::size_t wanted);

}  // namespace callosum::app
