#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::app {

/// One line of what happened in a call. `kind`: heard, called, refused,
/// asked (to confirm by a click), answered, said, failover (to another provider).
struct TimelineEntry {
  std::int64_t t_ms = 0;
  std::string kind;
  std::string tool;
  std::string args;  ///< JSON
  std::string text;
  std::string error_type;
};

std::string to_json_line(const TimelineEntry& entry);
std::string to_terminal_line(const TimelineEntry& entry);

}  // namespace callosum::app
