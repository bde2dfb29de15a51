#pragma once

#include <cstdint>
#include <vector>

#include "sim/google/calendar_book.hpp"

namespace callosum::sim::google {

struct BusySpan {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
};

/// When a calendar's events take its owner's time: in order, joined where they touch, cut to the
/// range. What is `transparent` or was declined does not count.
std::vector<BusySpan> busy_spans(const Calendar& calendar, EventRange range,
                                 std::string_view owner);

}  // namespace callosum::sim::google
