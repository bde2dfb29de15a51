#pragma once

#include <string>
#include <string_view>

#include "telemetry/log.hpp"

namespace callosum::telemetry {

inline constexpr std::size_t kMaxFieldBytes = 2048;  ///< of a value, before escaping; then "…"
inline constexpr std::size_t kMaxFields = 32;        ///< of a line; the rest is left out
inline constexpr std::size_t kMaxKeyBytes = 64;

struct LogLine {
  WallTime time;
  LogLevel level = LogLevel::info;
  std::string_view event;
  LogFields fields;
  std::uint64_t dropped_before = 0;  ///< lines lost since the last one; written when not 0
};

/// One line without its end: strict JSON, valid UTF-8, no key twice, whatever the fields hold.
std::string render_json(const LogLine& line);
/// The same for a person's terminal: no byte that moves a cursor or turns text around.
std::string render_text(const LogLine& line);

std::string_view to_string(LogLevel level);  ///< "info"

}  // namespace callosum::telemetry
