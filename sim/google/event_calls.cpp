// One event: read, made, changed, moved, deleted.
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "sim/google/calendar_calls.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/event_fields.hpp"
#include "sim/google/event_json.hpp"

namespace callosum::sim::google {
namespace {

ApiError no_such_event() { return not_found("Not Found"); }

Answer<Calendar*> get_writable(ApiCall& call, const std::string& id) {
  const auto calendar = get_calendar(call, id);
  if (!calendar) return calendar.error();
  if ((*calendar)->is_writable()) return calendar;
  return ApiError{.code = 403,
                  .reason = "requiredAccessLevel",
                  .message = "You need to have writer access to this calendar."};
}

Answer<Event> get_one(ApiCall& call, const Calendar& calendar) {
  auto event = call.account.calendars.find(calendar, call.ids[1]);
  return event ? Answer<Event>(std::move(*event)) : no_such_event();
}

/// One that may be changed: not deleted, and still what If-Match says.
Answer<Event> get_changeable(ApiCall& call, const Calendar& calendar) {
  auto event = get_one(call, calendar);
  if (!event) return event;
  const auto wanted = call.request.headers.get("If-Match");
  if (!wanted.empty() && wanted != "*" && wanted != event->etag()) {
    auto error = error_of_status(412);
    error.location = "If-Match";
    return error;
  }
  return event;
}

Answer<ApiReply> reply_of(ApiCall& call, const Calendar& calendar, const Event& event) {
  const auto zone = read_zone(call, calendar.zone);
  if (!zone) return zone.error();
  const EventView view{calendar, call.account.email, *zone};
  return ApiReply{.body = encode_event(event, view), .etag = event.etag()};
}

/// Those whom the service writes to, as sendUpdates asks.
void count_invitations(ApiCall& call, const Event& event) {
  const auto updates = call.query.get("sendUpdates");
  const bool is_told =
      updates == "all" || updates == "externalOnly" || call.query.is_true("sendNotifications");
  const auto* attendees = find_array(event.fields, "attendees");
  if (!is_told || !attendees) return;
  for (const auto& entry : *attendees) {
    const bool is_other = text_at(entry.get_object(), "email") != call.account.email;
    if (is_other) call.world.stats.count("invitations");
  }
}

/// Where a conference is asked for and the client knows of them (conferenceDataVersion=1): one
/// address for one requestId, however often it is asked.
void make_conference(ApiCall& call, Event& event) {
  if (call.query.get("conferenceDataVersion") != "1") return;
  const auto* data = find_object(event.fields, "conferenceData");
  const auto* request = data ? find_object(*data, "createRequest") : nullptr;
  if (!request) return;
  call.request_id = text_at(*request, "requestId");
  if (!event.conference.empty()) return;
  const auto digits = call.account.calendars.make_id();
  event.conference = "https://meet.google.com/" + digits.substr(0, 3) + "-" + digits.substr(3, 4) +
                     "-" + digits.substr(7, 3);
}

bool is_same_time(const EventTime& a, const EventTime& b) {
  return a.ms == b.ms && a.is_all_day == b.is_all_day;
}

Answer<ApiReply> change_event(ApiCall& call, bool is_patch) {
  const auto calendar = get_writable(call, call.ids[0]);
  if (!calendar) return calendar.error();
  auto event = get_changeable(call, **calendar);
  if (!event) return event.error();
  const auto before = *event;
  std::size_t unknown = 0;
  const EventChange change{call.body, is_patch, (*calendar)->zone};
  const auto applied = apply_change(change, *event, unknown);
  if (!applied) return applied.error();
  call.world.stats.count("unknown_fields", unknown);
  make_conference(call, *event);
  const bool is_moved =
      !is_same_time(before.start, event->start) || !is_same_time(before.end, event->end);
  if (is_moved) ++event->sequence;
  const auto put = call.account.calendars.put(**calendar, std::move(*event));
  if (!put) return put.error();
  call.world.stats.count("events_changed");
  count_invitations(call, **put);
  return reply_of(call, **calendar, **put);
}

}  // namespace

Answer<Calendar*> get_calendar(ApiCall& call, const std::string& id) {
  auto* const calendar = call.account.calendars.find_calendar(id);
  return calendar ? Answer<Calendar*>(calendar) : not_found("Not Found");
}

Answer<std::string> read_zone(const ApiCall& call, const std::string& usual) {
  const auto zone = call.query.get("timeZone");
  if (zone.empty()) return usual;
  return is_zone(zone) ? Answer<std::string>(zone)
                       : bad_request("Invalid time zone: " + zone, "invalid");
}

Answer<std::int64_t> read_moment(const std::string& text, const std::string& name) {
  const auto at = parse_time_ms(text);
  if (at) return answer_with(*at);
  auto error = bad_request(text.empty() ? "Missing " + name + "." : "Bad Request",
                           text.empty() ? "required" : "badRequest");
  error.location = name;
  return error;
}

Answer<ApiReply> get_event(ApiCall& call) {
  const auto calendar = get_calendar(call, call.ids[0]);
  if (!calendar) return calendar.error();
  const auto event = get_one(call, **calendar);
  if (!event) return event.error();
  if (call.request.headers.get("If-None-Match") == event->etag()) {
    return ApiReply{.status = 304, .etag = event->etag()};
  }
  return reply_of(call, **calendar, *event);
}

Answer<ApiReply> insert_event(ApiCall& call) {
  const auto calendar = get_writable(call, call.ids[0]);
  if (!calendar) return calendar.error();
  Event event;
  event.id = text_at(call.body, "id");
  std::size_t unknown = 0;
  const EventChange change{call.body, false, (*calendar)->zone};
  const auto applied = apply_change(change, event, unknown);
  if (!applied) return applied.error();
  call.world.stats.count("unknown_fields", unknown);
  call.request_id = event.id;
  make_conference(call, event);
  const auto put = call.account.calendars.insert(**calendar, std::move(event));
  if (!put) return put.error();
  call.world.stats.count("events_inserted");
  count_invitations(call, **put);
  return reply_of(call, **calendar, **put);
}

Answer<ApiReply> patch_event(ApiCall& call) { return change_event(call, true); }
Answer<ApiReply> update_event(ApiCall& call) { return change_event(call, false); }

Answer<ApiReply> move_event(ApiCall& call) {
  const auto from = get_writable(call, call.ids[0]);
  if (!from) return from.error();
  const auto to = get_writable(call, call.query.get("destination"));
  if (!to) return to.error();
  auto event = get_changeable(call, **from);
  if (!event) return event.error();
  if (event->is_cancelled()) return error_of_status(410);
  if (!event->series_id.empty() || *from == *to) {
    return bad_request("Cannot change the organizer of this event.", "cannotChangeOrganizer");
  }
  auto gone = *event;
  gone.status = "cancelled";
  auto moved = std::move(*event);
  const auto created = moved.created_ms;
  auto put = call.account.calendars.insert(**to, std::move(moved));
  if (!put) return put.error();
  const auto left = call.account.calendars.put(**from, std::move(gone));
  if (!left) return left.error();
  (*to)->events.at((*put)->id).created_ms = created;
  call.world.stats.count("events_moved");
  return reply_of(call, **to, **put);
}

Answer<ApiReply> delete_event(ApiCall& call) {
  const auto calendar = get_writable(call, call.ids[0]);
  if (!calendar) return calendar.error();
  auto event = get_changeable(call, **calendar);
  if (!event) return event.error();
  if (event->is_cancelled()) return error_of_status(410);
  count_invitations(call, *event);
  event->status = "cancelled";
  const auto put = call.account.calendars.put(**calendar, std::move(*event));
  if (!put) return put.error();
  call.world.stats.count("events_deleted");
  return ApiReply{.status = 204};
}

}  // namespace callosum::sim::google
