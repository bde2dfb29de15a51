#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace date {
class time_zone;
}

namespace callosum::tool::http {

/// A day as people name it, in a calendar whose today is `today`: "2026-11-24", "today",
/// "tomorrow", "friday" (the next one, today included). VALIDATION says what was expected.
Result<std::chrono::local_days> parse_day(std::string_view text, std::chrono::local_days today);

/// When something begins: a day and a time, or a whole day.
struct When {
  std::chrono::local_seconds time;
  bool is_day = false;
  std::string offset;  ///< "+01:00" or "Z" where it was given; else it is the calendar's own time
};
/// "2026-11-24T15:00", with or without seconds and offset; "tomorrow 15:00"; "2026-11-24" alone.
Result<When> parse_when(std::string_view text, std::chrono::local_days today);

/// "15:00". VALIDATION otherwise.
Result<std::chrono::minutes> parse_clock(std::string_view text);

/// "2026-11-24T15:00:00+01:00" or "…Z"; nothing of any other form.
std::optional<std::chrono::sys_seconds> parse_instant(const std::string& text);

std::chrono::local_days today_in(const date::time_zone& zone, WallTime now);
std::string write_utc(std::chrono::sys_seconds time);
/// The first, where a clock is put back.
std::chrono::sys_seconds instant_in(const date::time_zone& zone, std::chrono::local_seconds local);
/// INVALID_OUTPUT where it is not known here.
Result<const date::time_zone*> find_zone(const std::string& name);

/// "2026-11-24"
std::string write_day(std::chrono::local_seconds time);
/// "2026-11-24T15:00:00"
std::string write_clock(std::chrono::local_seconds time);
std::string write_local(const date::time_zone& zone, std::chrono::sys_seconds time);

}  // namespace callosum::tool::http
