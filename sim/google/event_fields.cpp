#include "sim/google/event_fields.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/mail_text.hpp"
#include "sim/google/recurrence.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostAttendees = 200;
constexpr int kMostDepth = 8;

enum class Kind : std::uint8_t { text, object, list, flag };
struct Field {
  std::string_view name;
  Kind kind;
};
/// What whoever makes an event may set, but its times, its status and its id.
constexpr std::array<Field, 18> kFields{{{"summary", Kind::text},
                                         {"description", Kind::text},
                                         {"location", Kind::text},
                                         {"colorId", Kind::text},
                                         {"transparency", Kind::text},
                                         {"visibility", Kind::text},
                                         {"eventType", Kind::text},
                                         {"attendees", Kind::list},
                                         {"recurrence", Kind::list},
                                         {"attachments", Kind::list},
                                         {"reminders", Kind::object},
                                         {"extendedProperties", Kind::object},
                                         {"source", Kind::object},
                                         {"conferenceData", Kind::object},
                                         {"guestsCanInviteOthers", Kind::flag},
                                         {"guestsCanModify", Kind::flag},
                                         {"guestsCanSeeOtherGuests", Kind::flag},
                                         {"anyoneCanAddSelf", Kind::flag}}};
/// What the service has and sets itself, or that is read elsewhere.
constexpr std::array<std::string_view, 22> kOthers{"start",
                                                   "end",
                                                   "status",
                                                   "id",
                                                   "kind",
                                                   "etag",
                                                   "created",
                                                   "updated",
                                                   "htmlLink",
                                                   "creator",
                                                   "organizer",
                                                   "iCalUID",
                                                   "sequence",
                                                   "hangoutLink",
                                                   "recurringEventId",
                                                   "locked",
                                                   "privateCopy",
                                                   "originalStartTime",
                                                   "attendeesOmitted",
                                                   "endTimeUnspecified",
                                                   "workingLocationProperties",
                                                   "outOfOfficeProperties"};

ApiError invalid(std::string message) { return bad_request(std::move(message), "invalid"); }

bool is_of_kind(const json::value& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::object:
      return value.is_object();
    case Kind::list:
      return value.is_array();
    case Kind::flag:
      return value.is_bool();
  }
  return false;
}

/// As PATCH has it (RFC 7396), which is what the service does.
void merge(json::object& into, const json::object& given, int depth = 0) {
  for (const auto& [key, value] : given) {
    if (value.is_null()) {
      into.erase(key);
      continue;
    }
    auto* const inner = into.if_contains(key);
    if (inner && inner->is_object() && value.is_object() && depth < kMostDepth) {
      merge(inner->get_object(), value.get_object(), depth + 1);
    } else {
      into[key] = value;
    }
  }
}

Answer<void> check_attendees(const json::object& fields) {
  const auto* attendees = find_array(fields, "attendees");
  if (!attendees) return {};
  if (attendees->size() > kMostAttendees) return invalid("Too many attendees: at most 200.");
  for (const auto& entry : *attendees) {
    const auto* attendee = entry.if_object();
    if (!attendee) return invalid("Invalid attendee: an object with email is expected.");
    const auto email = text_at(*attendee, "email");
    if (email.empty()) return bad_request("Missing attendee email.", "required");
    if (!is_mail_address(email)) return invalid("Invalid attendee email.");
  }
  return {};
}

/// `side` is "start" or "end".
Answer<EventTime> read_time(const json::object& given, const std::string& side,
                            std::string_view calendar_zone) {
  const auto day = text_at(given, "date");
  const auto time = text_at(given, "dateTime");
  EventTime out;
  out.zone = text_at(given, "timeZone");
  if (!out.zone.empty() && !is_zone(out.zone)) {
    return invalid("Invalid time zone definition for " + side + " time.");
  }
  if (day.empty() == time.empty()) return invalid("Invalid " + side + " time.");
  out.is_all_day = !day.empty();
  if (out.is_all_day) {
    const auto ms = parse_day_ms(day, calendar_zone);
    if (!ms) return invalid("Invalid value for: Invalid format: \"" + std::string(day) + "\"");
    out.ms = *ms;
    return out;
  }
  // A time of day that reads well with an offset, and has none, lacks its zone.
  if (out.zone.empty() && !parse_time_ms(time) && parse_time_ms(time, "UTC")) {
    return bad_request("Missing time zone definition for " + side + " time.", "required");
  }
  const auto ms = parse_time_ms(time, out.zone);
  if (!ms) return invalid("Invalid value for: Invalid format: \"" + std::string(time) + "\"");
  out.ms = *ms;
  return out;
}

json::object time_object(const EventTime& time, std::string_view calendar_zone) {
  json::object out;
  if (time.is_all_day) {
    out["date"] = format_day(time.ms, calendar_zone);
  } else {
    out["dateTime"] = format_time(time.ms, time.zone.empty() ? calendar_zone : time.zone);
  }
  if (!time.zone.empty()) out["timeZone"] = time.zone;
  return out;
}

Answer<void> read_side(const EventChange& change, const std::string& side, EventTime& into) {
  const auto* given = find_object(change.given, side);
  if (!given) {
    if (change.is_patch && !change.given.contains(side)) return {};
    return bad_request("Missing " + side + " time.", "required");
  }
  json::object whole;
  if (change.is_patch) whole = time_object(into, change.zone);
  // To make a whole day of a time the patch must also take the time away, by null.
  merge(whole, *given);
  auto time = read_time(whole, side, change.zone);
  if (!time) return time.error();
  into = std::move(*time);
  return {};
}

Answer<void> check_times(const Event& event) {
  if (event.start.is_all_day != event.end.is_all_day) {
    return invalid("Start and end times must either both be date or both be dateTime.");
  }
  const bool is_empty =
      event.start.is_all_day ? event.end.ms <= event.start.ms : event.end.ms < event.start.ms;
  if (is_empty) return bad_request("The specified time range is empty.", "timeRangeEmpty");
  return {};
}

Answer<void> read_fields(const EventChange& change, Event& event, std::size_t& unknown_fields) {
  json::object known;
  for (const auto& [key, value] : change.given) {
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [&](const Field& row) { return row.name == key; });
    if (field == kFields.end()) {
      if (std::find(kOthers.begin(), kOthers.end(), key) == kOthers.end()) ++unknown_fields;
      continue;
    }
    if (!value.is_null() && !is_of_kind(value, field->kind)) {
      return invalid("Invalid value for: " + std::string(key));
    }
    known[key] = value;
  }
  if (!change.is_patch) event.fields.clear();
  merge(event.fields, known);
  const auto* lines = find_array(event.fields, "recurrence");
  if (lines && lines->empty()) event.fields.erase("recurrence");
  return check_attendees(event.fields);
}

Answer<void> read_status(const EventChange& change, Event& event) {
  const auto status = text_at(change.given, "status");
  if (status.empty()) return {};
  const bool is_known = status == "confirmed" || status == "tentative" || status == "cancelled";
  if (!is_known) return invalid("Invalid value for: status");
  event.status = status;
  return {};
}

Answer<void> check_recurrence(const Event& event) {
  const auto* lines = find_array(event.fields, "recurrence");
  if (!lines) return {};
  if (!event.start.is_all_day && event.start.zone.empty()) {
    return bad_request("Missing time zone definition for start time.", "required");
  }
  const auto rule = Recurrence::parse(*lines);
  return rule ? Answer<void>() : invalid(rule.error().message);
}

}  // namespace

Answer<void> apply_change(const EventChange& change, Event& event, std::size_t& unknown_fields) {
  Event changed = event;
  const auto fields = read_fields(change, changed, unknown_fields);
  if (!fields) return fields.error();
  if (auto start = read_side(change, "start", changed.start); !start) return start.error();
  if (auto end = read_side(change, "end", changed.end); !end) return end.error();
  if (auto status = read_status(change, changed); !status) return status.error();
  if (auto times = check_times(changed); !times) return times.error();
  if (auto rule = check_recurrence(changed); !rule) return rule.error();
  event = std::move(changed);
  return {};
}

}  // namespace callosum::sim::google
