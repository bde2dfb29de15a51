#pragma once

#include <string>
#include <utility>
#include <vector>

#include "load/driver.hpp"

namespace callosum::bench {

/// Name and number, in the order they are printed.
using Figures = std::vector<std::pair<std::string, double>>;

/// Sparse calls in many sessions: from the finished call to its output.
Figures measure_turnaround(Driver& driver, const LoadOptions& options);
/// Every session calls again as soon as it is answered.
Figures measure_throughput(Driver& driver, const LoadOptions& options);
/// 20 ms of audio every 20 ms from each caller, and as much back.
Figures measure_relay(Driver& driver, const LoadOptions& options);
/// Sessions that begin and end at once, a few at a time.
Figures measure_start(Driver& driver, const LoadOptions& options);
/// Requests to realtime-tools/execute over kept connections, each for a random row of a table.
Figures measure_execute(Driver& driver, const LoadOptions& options);
/// Sessions that do nothing.
Figures measure_idle(Driver& driver, const LoadOptions& options);

}  // namespace callosum::bench
