#include "sim/google/calendar_book.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/recurrence.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostEvents = 5000;
constexpr std::size_t kMostSeries = 200;
constexpr std::size_t kMostBytes = 64u << 20;
constexpr std::size_t kMostEventBytes = 64 * 1024;

/// What the service takes as an event's id: base32hex digits (RFC 2938 §3.1.2).
bool is_event_id(std::string_view id) {
  const bool is_sound = id.size() >= 5 && id.size() <= 1024;
  return is_sound && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'v') || (c >= '0' && c <= '9');
         });
}

/// As in "ID_20261121T090000Z"; of whole days "ID_20261121".
std::string instance_id(const Event& series, std::int64_t start_ms, std::string_view zone) {
  if (!series.start.is_all_day) return series.id + "_" + format_compact_utc(start_ms);
  auto day = format_day(start_ms, zone);
  std::erase(day, '-');
  return series.id + "_" + day;
}

/// The one that a series' first day is counted in.
std::string_view zone_of(const Event& series, const Calendar& calendar) {
  return series.start.zone.empty() ? calendar.zone : series.start.zone;
}

std::vector<std::int64_t> starts_of(const Event& series, const Calendar& calendar,
                                    const EventRange& range) {
  const auto* lines = find_array(series.fields, "recurrence");
  const auto rule = lines ? Recurrence::parse(*lines) : Result<Recurrence>(Recurrence());
  if (!lines || !rule) return {};
  const auto length = series.end.ms - series.start.ms;
  const bool has_min = range.min_ms > std::numeric_limits<std::int64_t>::min() / 2;
  const auto from = has_min ? range.min_ms - length + 1 : range.min_ms;
  return rule->starts(series.start.ms, zone_of(series, calendar), from, range.max_ms);
}

bool is_within(const Event& event, const EventRange& range) {
  return event.end.ms > range.min_ms && event.start.ms < range.max_ms;
}

/// A changed time of a series that was deleted.
bool is_of_cancelled(const Event& event, const Calendar& calendar) {
  const auto series = calendar.events.find(event.series_id);
  return series != calendar.events.end() && series->second.is_cancelled();
}

std::size_t count_series(const Calendar& calendar) {
  return static_cast<std::size_t>(
      std::count_if(calendar.events.begin(), calendar.events.end(),
                    [](const auto& row) { return row.second.is_series(); }));
}

ApiError full(std::string what) {
  return {.code = 403, .reason = "quotaExceeded", .message = std::move(what)};
}

}  // namespace

std::string Occurrence::id() const {
  return start_ms ? instance_id(*event, *start_ms, zone) : event->id;
}

std::int64_t Occurrence::ends_ms() const {
  const auto length = event->end.ms - event->start.ms;
  if (!start_ms || !event->start.is_all_day) return begins_ms() + length;
  constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
  // A day on which the clocks change is an hour longer or shorter.
  return add_days(*start_ms, static_cast<int>((length + kDayMs / 2) / kDayMs), zone);
}

Calendar* CalendarBook::find_calendar(std::string_view id) {
  const auto at = std::find_if(calendars_.begin(), calendars_.end(), [&](const Calendar& one) {
    return one.id == id || (id == "primary" && one.is_primary);
  });
  return at == calendars_.end() ? nullptr : &*at;
}

std::string CalendarBook::make_id() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  std::array<std::uint8_t, 26> bytes{};
  random_.fill(bytes);
  std::string id;
  for (const auto byte : bytes) id += kDigits[byte % kDigits.size()];
  return id;
}

Answer<const Event*> CalendarBook::insert(Calendar& calendar, Event event) {
  if (event.id.empty()) event.id = make_id();
  if (!is_event_id(event.id)) return bad_request("Invalid resource id value.", "invalid");
  if (calendar.events.contains(event.id)) {
    return ApiError{
        .code = 409, .reason = "duplicate", .message = "The requested identifier already exists."};
  }
  event.created_ms = now_ms();
  event.organizer = calendar.is_primary ? owner_ : calendar.id;
  return put(calendar, std::move(event));
}

std::optional<Event> CalendarBook::find(const Calendar& calendar, std::string_view id) const {
  const auto at = calendar.events.find(id);
  if (at != calendar.events.end()) return at->second;
  const auto mark = id.rfind('_');
  if (mark == std::string_view::npos) return {};
  const auto series = calendar.events.find(id.substr(0, mark));
  if (series == calendar.events.end() || series->second.is_cancelled()) return {};
  for (const auto start : starts_of(series->second, calendar, {})) {
    const Occurrence one{&series->second, start, calendar.zone};
    if (one.id() == id) return event_of(one);
  }
  return {};
}

Answer<const Event*> CalendarBook::put(Calendar& calendar, Event event) {
  const bool is_new = !calendar.events.contains(event.id);
  if (is_new && calendar.events.size() >= kMostEvents) {
    return full("This calendar is full: it holds 5000 events.");
  }
  const bool was_series = !is_new && calendar.events.at(event.id).is_series();
  if (event.is_series() && !was_series && count_series(calendar) >= kMostSeries) {
    return full("This calendar is full: it holds 200 series.");
  }
  const auto bytes = json::serialize(event.fields).size();
  if (bytes > kMostEventBytes) return bad_request("An event may have 64 KiB.", "invalid");
  if (bytes_ + bytes > kMostBytes) return full("These calendars are full: they took 64 MiB.");
  bytes_ += bytes;
  event.updated_ms = now_ms();
  // As the service's look: twice the microseconds, and never the same twice.
  versions_ = std::max(versions_ + 2, static_cast<std::uint64_t>(event.updated_ms) * 2000);
  event.version = versions_;
  calendar.version = versions_;
  const auto id = event.id;
  return &calendar.events.insert_or_assign(id, std::move(event)).first->second;
}

std::vector<Occurrence> CalendarBook::occurrences(const Calendar& calendar,
                                                  const EventRange& range) {
  std::vector<Occurrence> out;
  for (const auto& [id, event] : calendar.events) {
    const bool is_gone = event.is_cancelled() || is_of_cancelled(event, calendar);
    if (is_gone && !range.shows_deleted) continue;
    if (!event.is_series()) {
      if (is_within(event, range)) out.push_back({&event, {}, calendar.zone});
      continue;
    }
    const auto starts = starts_of(event, calendar, range);
    if (!range.expands) {
      if (!starts.empty()) out.push_back({&event, {}, calendar.zone});
      continue;
    }
    if (event.is_cancelled()) continue;
    for (const auto start : starts) {
      const Occurrence one{&event, start, calendar.zone};
      if (!calendar.events.contains(one.id())) out.push_back(one);
    }
  }
  return out;
}

Event CalendarBook::event_of(const Occurrence& occurrence) {
  Event event = *occurrence.event;
  if (!occurrence.start_ms) return event;
  event.series_id = event.id;
  event.id = occurrence.id();
  event.fields.erase("recurrence");
  event.start.ms = occurrence.begins_ms();
  event.end.ms = occurrence.ends_ms();
  event.original_start = event.start;
  return event;
}

}  // namespace callosum::sim::google
