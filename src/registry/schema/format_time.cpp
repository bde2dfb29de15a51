#include <array>

#include "registry/schema/ascii.hpp"
#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

/// The two digits at `at`, or -1.
constexpr int two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in(int year, int month) {
  constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month)];
}

/// Minutes east of UTC, or nothing that a zone can be.
constexpr int kNoZone = 10'000;
int zone_minutes(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return kNoZone;
  const int hours = two_digits(text, 1);
  const int minutes = two_digits(text, 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return kNoZone;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

/// Takes "12H" off the front where the unit is `unit`.
bool take_part(std::string_view& text, char unit) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits == text.size() || text[digits] != unit) return false;
  text.remove_prefix(digits + 1);
  return true;
}

/// Units in order, none left out between two (RFC 3339 appendix A); at least one.
bool take_parts(std::string_view& text, std::string_view units) {
  std::size_t first = 0;
  while (first < units.size() && !take_part(text, units[first])) ++first;
  if (first == units.size()) return false;
  for (std::size_t next = first + 1; next < units.size(); ++next) {
    if (!take_part(text, units[next])) break;
  }
  return true;
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int century = two_digits(text, 0);
  const int year = two_digits(text, 2);
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1) return false;
  return day <= days_in(century * 100 + year, month);
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  const int hour = two_digits(text, 0);
  const int minute = two_digits(text, 3);
  const int second = two_digits(text, 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  auto rest = text.substr(8);
  if (rest[0] == '.') {
    std::size_t end = 1;
    while (end < rest.size() && is_digit(rest[end])) ++end;
    if (end == 1) return false;
    rest.remove_prefix(end);
  }
  const int zone = zone_minutes(rest);
  if (zone == kNoZone) return false;
  // A leap second is at the end of a UTC day only.
  constexpr int kDay = 24 * 60;
  return second < 60 || (hour * 60 + minute - zone + kDay) % kDay == kDay - 1;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && (text[10] == 'T' || text[10] == 't') && is_date(text.substr(0, 10)) &&
         is_time(text.substr(11));
}

bool is_duration(std::string_view text) {
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  auto weeks = text;
  if (take_part(weeks, 'W')) return weeks.empty();
  const bool has_date = take_parts(text, "YMD");
  if (text.empty()) return has_date;
  if (text[0] != 'T') return false;
  text.remove_prefix(1);
  return take_parts(text, "HMS") && text.empty();
}

}  // namespace callosum::registry::schema
