#include "sim/google/event_json.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/civil_time.hpp"

namespace callosum::sim::google {
namespace {

json::object person(std::string_view email, std::string_view owner) {
  json::object out{{"email", email}};
  if (email == owner) out["self"] = true;
  return out;
}

void finish_attendees(json::object& event, const Event& from, std::string_view owner) {
  auto* attendees = event.if_contains("attendees");
  if (!attendees || !attendees->is_array()) return;
  for (auto& entry : attendees->get_array()) {
    auto& attendee = entry.get_object();
    const auto email = std::string(text_at(attendee, "email"));
    if (email == owner) attendee["self"] = true;
    if (email == from.organizer) attendee["organizer"] = true;
    if (attendee.contains("responseStatus")) continue;
    attendee["responseStatus"] = email == from.organizer ? "accepted" : "needsAction";
  }
}

void add_conference(json::object& event, const Event& from) {
  if (from.conference.empty()) return;
  event["hangoutLink"] = from.conference;
  json::array entries;
  entries.push_back(json::object{{"entryPointType", "video"}, {"uri", from.conference}});
  auto* const given = event.if_contains("conferenceData");
  json::object data = given && given->is_object() ? given->get_object() : json::object();
  if (auto* request = data.if_contains("createRequest"); request && request->is_object()) {
    request->get_object()["status"] = json::object{{"statusCode", "success"}};
  }
  data["conferenceId"] = from.conference.substr(from.conference.rfind('/') + 1);
  data["entryPoints"] = std::move(entries);
  event["conferenceData"] = std::move(data);
}

}  // namespace

json::object encode_time(const EventTime& time, const EventView& view) {
  if (time.is_all_day) return {{"date", format_day(time.ms, view.calendar.zone)}};
  return {{"dateTime", format_time(time.ms, view.zone)},
          {"timeZone", time.zone.empty() ? view.calendar.zone : time.zone}};
}

json::object encode_event(const Event& event, const EventView& view) {
  json::object out{{"kind", "calendar#event"},
                   {"etag", event.etag()},
                   {"id", event.id},
                   {"status", event.status},
                   {"htmlLink", "https://www.google.com/calendar/event?eid=" +
                                    to_base64url(event.id + " " + view.calendar.id)},
                   {"created", format_utc_ms(event.created_ms)},
                   {"updated", format_utc_ms(event.updated_ms)}};
  for (const auto& [key, value] : event.fields) out[key] = value;
  out["creator"] = person(view.owner, view.owner);
  out["organizer"] = person(event.organizer, view.owner);
  out["start"] = encode_time(event.start, view);
  out["end"] = encode_time(event.end, view);
  const auto& base = event.series_id.empty() ? event.id : event.series_id;
  out["iCalUID"] = base + "@google.com";
  out["sequence"] = event.sequence;
  if (!out.contains("reminders")) out["reminders"] = json::object{{"useDefault", true}};
  if (!out.contains("eventType")) out["eventType"] = "default";
  if (!event.series_id.empty()) out["recurringEventId"] = event.series_id;
  if (event.original_start) out["originalStartTime"] = encode_time(*event.original_start, view);
  finish_attendees(out, event, view.owner);
  add_conference(out, event);
  return out;
}

json::object encode_calendar(const Calendar& calendar) {
  json::array reminders;
  reminders.push_back(json::object{{"method", "popup"}, {"minutes", 10}});
  json::object out{{"kind", "calendar#calendarListEntry"},
                   {"etag", "\"" + std::to_string(calendar.version) + "\""},
                   {"id", calendar.id},
                   {"summary", calendar.summary},
                   {"timeZone", calendar.zone},
                   {"colorId", "14"},
                   {"backgroundColor", calendar.color},
                   {"foregroundColor", "#000000"},
                   {"selected", true},
                   {"accessRole", calendar.role},
                   {"defaultReminders", std::move(reminders)}};
  if (calendar.is_primary) out["primary"] = true;
  return out;
}

}  // namespace callosum::sim::google
