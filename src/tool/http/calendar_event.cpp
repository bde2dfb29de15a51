#include "tool/http/calendar_event.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "tool/http/mail_parts.hpp"

namespace callosum::tool::http::calendar {
namespace {

constexpr std::size_t kMaxTextBytes = 300;
constexpr std::size_t kMostGuests = 20;
constexpr std::chrono::minutes kUsual{60};

std::string shortened(std::string_view text) {
  return std::string(cut_utf8(readable(text), kMaxTextBytes));
}

/// "2026-11-24T15:00:00+01:00", or the day of a whole one.
std::string_view moment(const json::object& event, std::string_view end) {
  const auto* at = find_object(event, end);
  if (at == nullptr) return {};
  const auto time = text_at(*at, "dateTime");
  return time.empty() ? text_at(*at, "date") : time;
}

json::object point(std::chrono::local_seconds time, const When& as, const std::string& zone) {
  if (as.is_day) return {{"date", write_day(time)}};
  json::object out{{"dateTime", write_clock(time) + as.offset}};
  if (as.offset.empty()) out["timeZone"] = zone;
  return out;
}

}  // namespace

json::object show_event(const json::object& event) {
  json::object out{{"id", text_at(event, "id")},
                   {"title", shortened(text_at(event, "summary", "(no title)"))},
                   {"start", moment(event, "start")},
                   {"end", moment(event, "end")}};
  const auto* start = find_object(event, "start");
  out["all_day"] = start != nullptr && !text_at(*start, "date").empty();
  const auto location = text_at(event, "location");
  if (!location.empty()) out["location"] = shortened(location);
  const auto* attendees = find_array(event, "attendees");
  if (attendees == nullptr) return out;
  json::array guests;
  for (const auto& attendee : *attendees) {
    const auto* guest = attendee.if_object();
    if (guest == nullptr || guests.size() == kMostGuests) continue;
    guests.emplace_back(shortened(text_at(*guest, "email")));
  }
  if (!guests.empty()) out["with"] = std::move(guests);
  return out;
}

json::object when_of_event(const When& start, std::chrono::minutes length,
                           const std::string& zone) {
  constexpr std::chrono::minutes kDay{24 * 60};
  const auto most = std::clamp(length, std::chrono::minutes(1), 31 * kDay);
  const auto end =
      start.is_day ? start.time + std::chrono::ceil<std::chrono::days>(most) : start.time + most;
  return {{"start", point(start.time, start, zone)}, {"end", point(end, start, zone)}};
}

std::chrono::minutes length_of_event(const json::object& event) {
  const std::string from(moment(event, "start"));
  const std::string to(moment(event, "end"));
  const bool is_day = from.size() == 10;
  const auto begin = parse_instant(is_day ? from + "T00:00:00Z" : from);
  const auto end = parse_instant(is_day ? to + "T00:00:00Z" : to);
  if (!begin || !end || *end <= *begin) return kUsual;
  return std::chrono::duration_cast<std::chrono::minutes>(*end - *begin);
}

Result<json::array> read_guests(const json::object& arguments) {
  json::array out;
  const auto* guests = find_array(arguments, "with");
  if (guests == nullptr) return out;
  for (const auto& guest : *guests) {
    const auto* text = guest.if_string();
    const auto at = text == nullptr ? json::string::npos : text->find('@');
    const bool is_address = at != json::string::npos && at > 0 && at + 1 < text->size() &&
                            text->find(' ') == json::string::npos && text->size() <= 320;
    if (!is_address || out.size() == kMostGuests) {
      return fail(ErrorType::validation, "with: expected at most 20 addresses of mail");
    }
    out.push_back(json::object{{"email", *text}});
  }
  return out;
}

}  // namespace callosum::tool::http::calendar
