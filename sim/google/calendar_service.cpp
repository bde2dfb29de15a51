// The methods of Calendar v3, and what each may be called with.
#include <array>

#include "sim/google/calendar_calls.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::array kReadsLists{scope::kCalendar, scope::kCalendarReadonly, scope::kCalendarList,
                                 scope::kCalendarListReadonly};
constexpr std::array kReads{
    scope::kCalendar,    scope::kCalendarReadonly,    scope::kEvents,        scope::kEventsReadonly,
    scope::kEventsOwned, scope::kEventsOwnedReadonly, scope::kEventsFreeBusy};
constexpr std::array kWrites{scope::kCalendar, scope::kEvents, scope::kEventsOwned};
constexpr std::array kAsksBusy{scope::kCalendar, scope::kCalendarReadonly, scope::kEventsFreeBusy,
                               scope::kFreeBusy};

constexpr std::array<Route, 10> kRoutes{{
    {"GET", "users/me/calendarList", "CalendarList.List", kReadsLists, list_calendars},
    {"GET", "calendars/{}/events", "Events.List", kReads, list_events},
    {"POST", "calendars/{}/events", "Events.Insert", kWrites, insert_event},
    {"GET", "calendars/{}/events/{}", "Events.Get", kReads, get_event},
    {"PATCH", "calendars/{}/events/{}", "Events.Patch", kWrites, patch_event},
    {"PUT", "calendars/{}/events/{}", "Events.Update", kWrites, update_event},
    {"DELETE", "calendars/{}/events/{}", "Events.Delete", kWrites, delete_event},
    {"GET", "calendars/{}/events/{}/instances", "Events.Instances", kReads, list_instances},
    {"POST", "calendars/{}/events/{}/move", "Events.Move", kWrites, move_event},
    {"POST", "freeBusy", "Freebusy.Query", kAsksBusy, query_free_busy},
}};

}  // namespace

const Service& calendar_service() {
  static constexpr Service kService{"calendar-json.googleapis.com", "/calendar/v3/", "calendar.v3.",
                                    kRoutes};
  return kService;
}

}  // namespace callosum::sim::google
