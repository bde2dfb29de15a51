#pragma once

#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "sim/google/api_error.hpp"
#include "sim/google/event.hpp"

namespace callosum::sim::google {

/// An event as a list has it: a series' own row, or one time that it takes place.
struct Occurrence {
  const Event* event = nullptr;
  std::optional<std::int64_t> start_ms;  ///< of that one time
  std::string_view zone;                 ///< the calendar's

  std::int64_t begins_ms() const { return start_ms.value_or(event->start.ms); }
  std::int64_t ends_ms() const;
  std::string id() const;
};

struct EventRange {
  std::int64_t min_ms = std::numeric_limits<std::int64_t>::min();  ///< what ends behind it
  std::int64_t max_ms = std::numeric_limits<std::int64_t>::max();  ///< and begins before it
  bool expands = false;  ///< a series as each of its times, else as itself
  bool shows_deleted = false;
};

/// One account's calendars. In memory; beyond its limits nothing more is taken.
class CalendarBook {
 public:
  CalendarBook(const Clock& clock, Random& random, std::string owner)
      : clock_(clock), random_(random), owner_(std::move(owner)) {}

  void add_calendar(Calendar calendar) { calendars_.push_back(std::move(calendar)); }
  /// By its id or "primary"; null when there is none.
  Calendar* find_calendar(std::string_view id);
  const std::deque<Calendar>& calendars() const { return calendars_; }

  /// Its id is made where it is empty. Refused: one that is taken or malformed, and too many.
  Answer<const Event*> insert(Calendar& calendar, Event event);
  /// Also one time of a series, which is no row of its own until it is changed.
  std::optional<Event> find(const Calendar& calendar, std::string_view id) const;
  /// The changed event in place of what was there, under a new ETag.
  Answer<const Event*> put(Calendar& calendar, Event event);

  /// Unordered.
  static std::vector<Occurrence> occurrences(const Calendar& calendar, const EventRange& range);
  static Event event_of(const Occurrence& occurrence);

  const std::string& owner() const { return owner_; }
  std::int64_t now_ms() const { return epoch_ms(clock_.wall_now()); }
  std::string make_id();

 private:
  const Clock& clock_;
  Random& random_;
  std::string owner_;
  std::deque<Calendar> calendars_;
  std::uint64_t versions_ = 0;
  std::size_t bytes_ = 0;  // of all that was ever put, so that it ends
};

}  // namespace callosum::sim::google
