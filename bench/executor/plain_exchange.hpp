#pragma once

#include <string>

#include "executor/backend.hpp"
#include "load/clock.hpp"

namespace callosum::bench {

/// The least that asking a backend costs here: one POST on a connection that is there already, by a
/// thread that waits for the answer. A backend of its own, the same as the gateway's.
class PlainExchange {
 public:
  PlainExchange();
  ~PlainExchange();
  PlainExchange(const PlainExchange&) = delete;
  PlainExchange& operator=(const PlainExchange&) = delete;

  /// How long it took.
  Nanos run();

 private:
  CountingBackend backend_;
  std::string request_;
  int connection_ = -1;
};

}  // namespace callosum::bench
