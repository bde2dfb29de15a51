#include "tool/http/calendar_time.hpp"

#include <array>
#include <date/tz.h>
#include <sstream>
#include <stdexcept>

#include "base/text.hpp"

namespace callosum::tool::http {
namespace {

constexpr std::array<std::string_view, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                                "thursday", "friday", "saturday"};

Error refuse(std::string why) { return fail(ErrorType::validation, std::move(why)); }

bool is_at_end(std::istringstream& in) {
  return !in.fail() && in.peek() == std::istringstream::traits_type::eof();
}

/// The library has clocks of its own for what is local.
template <class Duration>
date::local_time<Duration> theirs(std::chrono::local_time<Duration> time) {
  return date::local_time<Duration>(time.time_since_epoch());
}
template <class Duration>
std::chrono::local_time<Duration> ours(date::local_time<Duration> time) {
  return std::chrono::local_time<Duration>(time.time_since_epoch());
}

template <class Time>
std::optional<Time> read_as(const std::string& text, const char* format) {
  Time time{};
  std::istringstream in(text);
  in >> date::parse(format, time);
  return is_at_end(in) ? std::optional<Time>(time) : std::nullopt;
}

/// What stands behind the seconds: "Z", "+01:00" or nothing.
std::string_view offset_of(std::string_view text) {
  const auto clock = text.find('T');
  if (clock == std::string_view::npos) return {};
  const auto at = text.find_first_of("Z+-", clock);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

bool is_offset(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  return text.size() == 6 && text[3] == ':' && parse_clock(text.substr(1)).has_value();
}

}  // namespace

Result<std::chrono::local_days> parse_day(std::string_view text, std::chrono::local_days today) {
  const auto word = to_lower_ascii(trim(text));
  if (word == "today") return today;
  if (word == "tomorrow") return today + std::chrono::days(1);
  for (unsigned day = 0; day < kDays.size(); ++day) {
    if (word != kDays[day]) continue;
    return today + (std::chrono::weekday(day) - std::chrono::weekday(today));
  }
  if (word.size() == 10) {
    if (const auto day = read_as<date::local_days>(word, "%F")) return ours(*day);
  }
  return refuse("expected a day as YYYY-MM-DD, a weekday, today or tomorrow");
}

Result<std::chrono::minutes> parse_clock(std::string_view text) {
  if (text.size() == 5 && text[2] == ':') {
    std::chrono::minutes clock{};
    std::istringstream in{std::string(text)};
    in >> date::parse("%H:%M", clock);
    if (is_at_end(in) && clock < std::chrono::hours(24)) return clock;
  }
  return refuse("expected a time of day such as 15:00");
}

Result<When> parse_when(std::string_view text, std::chrono::local_days today) {
  text = trim(text);
  const std::string expected = "expected a time such as 2026-11-24T15:00 or tomorrow 15:00";
  if (const auto blank = text.find(' '); blank != std::string_view::npos) {
    const auto day = parse_day(text.substr(0, blank), today);
    const auto clock = parse_clock(trim(text.substr(blank + 1)));
    if (!day || !clock) return refuse(expected);
    return When{std::chrono::local_seconds(*day) + *clock, false, {}};
  }
  const auto offset = offset_of(text);
  if (!is_offset(offset)) return refuse(expected);
  const std::string local(text.substr(0, text.size() - offset.size()));
  for (const char* format : {"%FT%T", "%FT%R"}) {
    if (const auto time = read_as<date::local_seconds>(local, format)) {
      return When{ours(*time), false, std::string(offset)};
    }
  }
  const auto day = parse_day(text, today);
  if (!day) return refuse(expected);
  return When{std::chrono::local_seconds(*day), true, {}};
}

std::optional<std::chrono::sys_seconds> parse_instant(const std::string& text) {
  for (const char* format : {"%FT%TZ", "%FT%T%Ez"}) {
    if (const auto time = read_as<date::sys_seconds>(text, format)) return time;
  }
  return std::nullopt;
}

std::chrono::local_days today_in(const date::time_zone& zone, WallTime now) {
  const auto local = zone.to_local(std::chrono::floor<std::chrono::seconds>(now));
  return std::chrono::floor<std::chrono::days>(ours(local));
}

std::chrono::sys_seconds instant_in(const date::time_zone& zone, std::chrono::local_seconds local) {
  return zone.to_sys(theirs(local), date::choose::earliest);
}

Result<const date::time_zone*> find_zone(const std::string& name) {
  // The library speaks of an unknown name by throwing.
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error& problem) {
    return fail(ErrorType::invalid_output, "the calendar's time zone is not known", problem.what());
  }
}

std::string write_day(std::chrono::local_seconds time) { return date::format("%F", theirs(time)); }

std::string write_clock(std::chrono::local_seconds time) {
  return date::format("%FT%T", theirs(time));
}

std::string write_utc(std::chrono::sys_seconds time) { return date::format("%FT%TZ", time); }

std::string write_local(const date::time_zone& zone, std::chrono::sys_seconds time) {
  return date::format("%FT%T%Ez", date::make_zoned(&zone, time));
}

}  // namespace callosum::tool::http
