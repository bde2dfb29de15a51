#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::sim::google {

/// Whether the time zone database has it ("Europe/Amsterdam").
bool is_zone(std::string_view name);

/// "2026-11-21T10:00:00+01:00" (RFC 3339), in milliseconds since 1970. Without an offset it is the
/// local time of `zone`; nothing where there is no zone either.
std::optional<std::int64_t> parse_time_ms(std::string_view text, std::string_view zone = {});
/// The beginning of "2026-11-21" in a zone.
std::optional<std::int64_t> parse_day_ms(std::string_view text, std::string_view zone);

/// "2026-11-21T10:00:00+01:00"; in UTC with Z.
std::string format_time(std::int64_t ms, std::string_view zone);
/// "2026-11-21", the day that it is there then.
std::string format_day(std::int64_t ms, std::string_view zone);
/// "2026-11-21T09:00:00.000Z"
std::string format_utc_ms(std::int64_t ms);
/// "Sat, 21 Nov 2026 10:00:00 +0100" (RFC 5322)
std::string format_mail_date(std::int64_t ms, std::string_view zone);
/// "20261121T090000Z", as in ids of a series' instances.
std::string format_compact_utc(std::int64_t ms);

/// The same time of day so many days later, as a calendar counts it: across a change of the clocks
/// it is not a multiple of 24 hours.
std::int64_t add_days(std::int64_t ms, int days, std::string_view zone);
/// The same day so many months later; nothing where that month has no such day.
std::optional<std::int64_t> add_months(std::int64_t ms, int months, std::string_view zone);
/// 0: Monday.
int weekday_of(std::int64_t ms, std::string_view zone);

}  // namespace callosum::sim::google
