#include "sim/google/civil_time.hpp"

#include <date/tz.h>

#include "base/time_text.hpp"

namespace callosum::sim::google {
namespace {

using std::chrono::milliseconds;
using Millis = std::chrono::time_point<std::chrono::system_clock, milliseconds>;
using LocalMillis = date::local_time<milliseconds>;

const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {  // its only way to say that there is none
    return nullptr;
  }
}

const date::time_zone& zone_or_utc(std::string_view name) {
  const auto* zone = name.empty() ? nullptr : find_zone(name);
  return zone ? *zone : *date::locate_zone("UTC");
}

/// A local time that the clocks jump over is the moment of the jump; one that they show twice is
/// the first.
std::int64_t to_utc_ms(const date::time_zone& zone, LocalMillis local) {
  return zone.to_sys(local, date::choose::earliest).time_since_epoch().count();
}

LocalMillis to_local(const date::time_zone& zone, std::int64_t ms) {
  return zone.to_local(Millis(milliseconds(ms)));
}

/// The "+01:00" at the end of a text, in minutes; takes it off.
std::optional<int> take_offset(std::string_view& text) {
  if (text.size() < 6) return std::nullopt;
  const auto end = text.substr(text.size() - 6);
  const bool is_offset = (end[0] == '+' || end[0] == '-') && end[3] == ':';
  if (!is_offset) return std::nullopt;
  int digits[4];
  for (int i = 0; i < 4; ++i) {
    const char c = end[static_cast<std::size_t>(i < 2 ? i + 1 : i + 2)];
    if (c < '0' || c > '9') return std::nullopt;
    digits[i] = c - '0';
  }
  const int hours = digits[0] * 10 + digits[1];
  const int minutes = digits[2] * 10 + digits[3];
  if (hours > 23 || minutes > 59) return std::nullopt;
  text.remove_suffix(6);
  return (end[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

bool is_zone(std::string_view name) { return !name.empty() && find_zone(name) != nullptr; }

std::optional<std::int64_t> parse_time_ms(std::string_view text, std::string_view zone) {
  if (text.size() > 64 || text.find('T') == std::string_view::npos) return std::nullopt;
  if (text.ends_with('Z')) return parse_utc_ms(text);
  const auto offset = take_offset(text);
  const auto as_utc = parse_utc_ms(std::string(text) + "Z");
  if (!as_utc) return std::nullopt;
  if (offset) return *as_utc - *offset * 60'000;
  const auto* found = zone.empty() ? nullptr : find_zone(zone);
  if (!found) return std::nullopt;
  return to_utc_ms(*found, LocalMillis(milliseconds(*as_utc)));
}

std::optional<std::int64_t> parse_day_ms(std::string_view text, std::string_view zone) {
  if (text.size() != 10) return std::nullopt;
  const auto as_utc = parse_utc_ms(text);
  if (!as_utc) return std::nullopt;
  return to_utc_ms(zone_or_utc(zone), LocalMillis(milliseconds(*as_utc)));
}

std::string format_time(std::int64_t ms, std::string_view zone) {
  const auto& found = zone_or_utc(zone);
  const auto at = date::floor<std::chrono::seconds>(Millis(milliseconds(ms)));
  if (found.name() == "UTC" || found.name() == "Etc/UTC") return date::format("%FT%TZ", at);
  return date::format("%FT%T%Ez", date::make_zoned(&found, at));
}

std::string format_day(std::int64_t ms, std::string_view zone) {
  return date::format("%F", date::floor<date::days>(to_local(zone_or_utc(zone), ms)));
}

std::string format_utc_ms(std::int64_t ms) {
  return date::format("%FT%TZ", Millis(milliseconds(ms)));
}

std::string format_mail_date(std::int64_t ms, std::string_view zone) {
  const auto at = date::floor<std::chrono::seconds>(Millis(milliseconds(ms)));
  return date::format("%a, %d %b %Y %T %z", date::make_zoned(&zone_or_utc(zone), at));
}

std::string format_compact_utc(std::int64_t ms) {
  return date::format("%Y%m%dT%H%M%SZ",
                      date::floor<std::chrono::seconds>(Millis(milliseconds(ms))));
}

std::int64_t add_days(std::int64_t ms, int days, std::string_view zone) {
  const auto& found = zone_or_utc(zone);
  return to_utc_ms(found, to_local(found, ms) + date::days(days));
}

std::optional<std::int64_t> add_months(std::int64_t ms, int months, std::string_view zone) {
  const auto& found = zone_or_utc(zone);
  const auto local = to_local(found, ms);
  const auto day = date::floor<date::days>(local);
  const auto later = date::year_month_day(day) + date::months(months);
  if (!later.ok()) return std::nullopt;
  return to_utc_ms(found, date::local_days(later) + (local - day));
}

int weekday_of(std::int64_t ms, std::string_view zone) {
  const auto day = date::floor<date::days>(to_local(zone_or_utc(zone), ms));
  return static_cast<int>(date::weekday(day).iso_encoding()) - 1;
}

}  // namespace callosum::sim::google
