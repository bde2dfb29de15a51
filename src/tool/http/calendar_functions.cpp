#include "tool/http/calendar_functions.hpp"

#include <date/tz.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "net/http.hpp"
#include "tool/http/calendar_event.hpp"
#include "tool/http/calendar_time.hpp"
#include "tool/http/free_slots.hpp"

namespace callosum::tool::http::calendar {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kEvents = "/calendars/primary/events";
constexpr std::size_t kMostEvents = 20;
constexpr std::size_t kMostSlots = 5;

Error refuse(std::string why) { return fail(ErrorType::validation, std::move(why)); }

/// Of a look-up on the way to a change: nothing has been done yet, and the error says so.
Error before_change(const Error& error) {
  const bool says_it_may = error.type == ErrorType::invalid_output ||
                           error.type == ErrorType::timeout || error.type == ErrorType::internal;
  if (!says_it_may) return error;
  return fail(ErrorType::transient, "the calendar could not be read, so nothing was done",
              error.message + ": " + error.detail);
}

asio::awaitable<Result<json::value>> get(Requests& requests, std::string target) {
  FunctionRequest request;
  request.target = std::move(target);
  auto sending = requests.send(std::move(request));
  auto answer = co_await std::move(sending);
  co_return answer;
}

asio::awaitable<Result<json::value>> change(Requests& requests, FunctionRequest request) {
  request.is_write = true;
  auto sending = requests.send(std::move(request));
  auto answer = co_await std::move(sending);
  co_return answer;
}

/// The calendar's own. Every list of events says it.
asio::awaitable<Result<const date::time_zone*>> zone_of(Requests& requests) {
  auto asking = get(requests, std::string(kEvents) + "?maxResults=1");
  const auto answer = co_await std::move(asking);
  if (!answer) co_return answer.error();
  const auto* object = answer->if_object();
  const auto name = object == nullptr ? std::string() : std::string(text_at(*object, "timeZone"));
  co_return find_zone(name);
}

std::int64_t number_at(const json::object& arguments, std::string_view key,
                       std::int64_t otherwise) {
  const auto* value = arguments.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

struct Days {
  std::chrono::local_days first;
  std::chrono::local_days end;
};

/// `{day, days}`; a manifest's schema has the bounds, and these hold whatever it says.
Result<Days> days_in(const json::object& arguments, std::chrono::local_days today,
                     std::int64_t otherwise) {
  const auto day = parse_day(text_at(arguments, "day", "today"), today);
  if (!day) return refuse("day: " + day.error().message);
  const auto days = number_at(arguments, "days", otherwise);
  if (days < 1 || days > 31) return refuse("days: expected 1 to 31");
  return Days{*day, *day + std::chrono::days(days)};
}

std::string event_target(std::string_view id, std::string_view query = {}) {
  return std::string(kEvents) + "/" + net::encode_percent(id) + std::string(query);
}

Result<std::string> id_in(const json::object& arguments) {
  const auto id = text_at(arguments, "id");
  const bool is_good = !id.empty() && id.size() <= 1024 && id != "." && id != "..";
  if (!is_good) return refuse("id: expected the id of an event, as a list of events gives it");
  return std::string(id);
}

/// An event that is there.
asio::awaitable<Result<json::object>> find_event(Requests& requests, std::string id) {
  auto asking = get(requests, event_target(id));
  auto answer = co_await std::move(asking);
  if (!answer) co_return before_change(answer.error());
  auto* event = answer->if_object();
  const bool is_there = event != nullptr && text_at(*event, "status") != "cancelled";
  if (!is_there) co_return fail(ErrorType::not_found, "there is no such event any more");
  co_return std::move(*event);
}

std::string_view tells_guests(bool has_guests) {
  return has_guests ? "?sendUpdates=all" : "?sendUpdates=none";
}

Result<json::value> shown(Result<json::value> answer) {
  if (!answer) return answer;
  const auto* event = answer->if_object();
  if (event == nullptr) return fail(ErrorType::invalid_output, "the calendar's answer is no event");
  return json::value(show_event(*event));
}

/// What this very call has made before. The calendar has just said that it is there, so not to be
/// able to read it says nothing against that.
asio::awaitable<Result<json::value>> find_made(Requests& requests, std::string id) {
  auto asking = get(requests, event_target(id));
  auto made = co_await std::move(asking);
  if (made) co_return made;
  const auto& error = made.error();
  const std::string why = error.message + ": " + error.detail;
  if (error.type == ErrorType::not_found) {
    co_return fail(ErrorType::outcome_unknown, "it is not known whether that was done", why);
  }
  co_return fail(ErrorType::invalid_output, "the event that was made could not be read", why);
}

}  // namespace

asio::awaitable<Result<json::value>> list_events(FunctionCall call) {
  auto finding = zone_of(call.requests);
  const auto zone = co_await std::move(finding);
  if (!zone) co_return zone.error();
  const auto days = days_in(call.arguments, today_in(**zone, call.now), 1);
  if (!days) co_return days.error();
  std::string target = std::string(kEvents) + "?singleEvents=true&orderBy=startTime&maxResults=" +
                       std::to_string(kMostEvents);
  target += "&timeMin=" + write_utc(instant_in(**zone, std::chrono::local_seconds(days->first)));
  target += "&timeMax=" + write_utc(instant_in(**zone, std::chrono::local_seconds(days->end)));
  const auto text = text_at(call.arguments, "text");
  if (!text.empty()) target += "&q=" + net::encode_percent(text);
  auto asking = get(call.requests, std::move(target));
  const auto answer = co_await std::move(asking);
  if (!answer) co_return answer;
  const auto* object = answer->if_object();
  const auto* found = object == nullptr ? nullptr : find_array(*object, "items");
  json::array items;
  if (found != nullptr) {
    for (const auto& item : *found) {
      const auto* event = item.if_object();
      if (event != nullptr && items.size() < kMostEvents) items.push_back(show_event(*event));
    }
  }
  const auto count = static_cast<std::int64_t>(items.size());
  co_return json::value(
      json::object{{"time_zone", (*zone)->name()}, {"items", std::move(items)}, {"count", count}});
}

asio::awaitable<Result<json::value>> find_free_slot(FunctionCall call) {
  auto finding = zone_of(call.requests);
  const auto zone = co_await std::move(finding);
  if (!zone) co_return zone.error();
  const auto days = days_in(call.arguments, today_in(**zone, call.now), 5);
  if (!days) co_return days.error();
  const auto earliest = parse_clock(text_at(call.arguments, "earliest", "09:00"));
  if (!earliest) co_return refuse("earliest: " + earliest.error().message);
  const auto latest = parse_clock(text_at(call.arguments, "latest", "17:00"));
  if (!latest) co_return refuse("latest: " + latest.error().message);
  FunctionRequest request;
  request.method = "POST";
  request.target = "/freeBusy";
  request.body = json::object{
      {"timeMin", write_utc(instant_in(**zone, std::chrono::local_seconds(days->first)))},
      {"timeMax", write_utc(instant_in(**zone, std::chrono::local_seconds(days->end)))},
      {"items", json::array{json::object{{"id", "primary"}}}}};
  auto asking = call.requests.send(std::move(request));
  const auto answer = co_await std::move(asking);
  if (!answer) co_return answer;
  const auto busy = read_busy(*answer);
  if (!busy) co_return busy.error();
  SlotSearch search;
  search.length = std::chrono::minutes(number_at(call.arguments, "minutes", 30));
  search.not_before = std::chrono::floor<std::chrono::seconds>(call.now);
  search.most = kMostSlots;
  if (search.length < std::chrono::minutes(1) || search.length > std::chrono::hours(24)) {
    co_return refuse("minutes: expected 1 to 1440");
  }
  for (auto day = days->first; day < days->end; day += std::chrono::days(1)) {
    search.windows.push_back({instant_in(**zone, std::chrono::local_seconds(day) + *earliest),
                              instant_in(**zone, std::chrono::local_seconds(day) + *latest)});
  }
  json::array items;
  for (const auto& slot : find_slots(search, *busy)) {
    items.push_back(json::object{{"start", write_local(**zone, slot.begin)},
                                 {"end", write_local(**zone, slot.begin + search.length)},
                                 {"free_until", write_local(**zone, slot.end)}});
  }
  const auto count = static_cast<std::int64_t>(items.size());
  co_return json::value(
      json::object{{"time_zone", (*zone)->name()}, {"items", std::move(items)}, {"count", count}});
}

asio::awaitable<Result<json::value>> create_event(FunctionCall call) {
  const auto title = text_at(call.arguments, "title");
  if (title.empty()) co_return refuse("title: needed");
  auto finding = zone_of(call.requests);
  const auto zone = co_await std::move(finding);
  if (!zone) co_return before_change(zone.error());
  const auto start = parse_when(text_at(call.arguments, "start"), today_in(**zone, call.now));
  if (!start) co_return refuse("start: " + start.error().message);
  const auto length = std::chrono::minutes(number_at(call.arguments, "minutes", 60));
  auto event = when_of_event(*start, length, (*zone)->name());
  // Hex digits are letters that an event's id may have.
  const auto id = sha256_hex("event\n" + call.idempotency_key).substr(0, 40);
  event["id"] = id;
  event["summary"] = title;
  const auto location = text_at(call.arguments, "location");
  if (!location.empty()) event["location"] = location;
  const auto guests = read_guests(call.arguments);
  if (!guests) co_return guests.error();
  if (!guests->empty()) event["attendees"] = *guests;
  FunctionRequest request;
  request.method = "POST";
  request.target = std::string(kEvents) + std::string(tells_guests(!guests->empty()));
  request.body = std::move(event);
  request.says_done = ErrorType::conflict;
  auto changing = change(call.requests, std::move(request));
  auto made = co_await std::move(changing);
  if (!made && made.error().type == ErrorType::conflict) {
    auto finding_made = find_made(call.requests, id);
    made = co_await std::move(finding_made);
  }
  co_return shown(std::move(made));
}

asio::awaitable<Result<json::value>> move_event(FunctionCall call) {
  const auto id = id_in(call.arguments);
  if (!id) co_return id.error();
  auto finding = zone_of(call.requests);
  const auto zone = co_await std::move(finding);
  if (!zone) co_return before_change(zone.error());
  const auto start = parse_when(text_at(call.arguments, "start"), today_in(**zone, call.now));
  if (!start) co_return refuse("start: " + start.error().message);
  auto looking = find_event(call.requests, *id);
  const auto event = co_await std::move(looking);
  if (!event) co_return event.error();
  const auto minutes = number_at(call.arguments, "minutes", 0);
  const auto length = minutes > 0 ? std::chrono::minutes(minutes) : length_of_event(*event);
  auto patch = when_of_event(*start, length, (*zone)->name());
  for (const char* end : {"start", "end"}) {
    patch[end].as_object()[start->is_day ? "dateTime" : "date"] = nullptr;  // what it was before
  }
  FunctionRequest request;
  request.method = "PATCH";
  request.target = event_target(*id, tells_guests(event->contains("attendees")));
  request.body = std::move(patch);
  auto changing = change(call.requests, std::move(request));
  auto moved = co_await std::move(changing);
  co_return shown(std::move(moved));
}

asio::awaitable<Result<json::value>> cancel_event(FunctionCall call) {
  const auto id = id_in(call.arguments);
  if (!id) co_return id.error();
  auto looking = find_event(call.requests, *id);
  const auto event = co_await std::move(looking);
  if (!event) co_return event.error();
  FunctionRequest request;
  request.method = "DELETE";
  request.target = event_target(*id, tells_guests(event->contains("attendees")));
  request.says_done = ErrorType::not_found;
  auto changing = change(call.requests, std::move(request));
  const auto gone = co_await std::move(changing);
  // It was there a moment ago: a second try finds what the first has done.
  const bool is_done = gone || gone.error().type == ErrorType::not_found;
  if (!is_done) co_return gone.error();
  co_return json::value(show_event(*event));
}

}  // namespace callosum::tool::http::calendar
