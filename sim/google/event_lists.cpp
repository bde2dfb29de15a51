// Lists of events, of calendars, and of when somebody is busy.
#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <tuple>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/google/calendar_calls.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/event_json.hpp"
#include "sim/google/free_busy.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kUsualPage = 250;
constexpr std::size_t kMostPage = 2500;
constexpr std::size_t kMostBusyCalendars = 50;

/// What `q` looks at, folded.
std::string searched_text(const Event& event) {
  std::string text;
  for (const char* key : {"summary", "description", "location"}) {
    text += std::string(text_at(event.fields, key)) + " ";
  }
  if (const auto* attendees = find_array(event.fields, "attendees")) {
    for (const auto& entry : *attendees) {
      const auto& attendee = entry.get_object();
      text += std::string(text_at(attendee, "email")) + " " +
              std::string(text_at(attendee, "displayName")) + " ";
    }
  }
  return fold_words(text);
}

Answer<EventRange> read_range(const ApiCall& call) {
  EventRange range;
  range.expands = call.query.is_true("singleEvents");
  range.shows_deleted = call.query.is_true("showDeleted");
  if (call.query.has("timeMin")) {
    const auto at = read_moment(call.query.get("timeMin"), "timeMin");
    if (!at) return at.error();
    range.min_ms = *at;
  }
  if (call.query.has("timeMax")) {
    const auto at = read_moment(call.query.get("timeMax"), "timeMax");
    if (!at) return at.error();
    range.max_ms = *at;
  }
  if (range.min_ms >= range.max_ms) {
    return bad_request("The specified time range is empty.", "timeRangeEmpty");
  }
  return range;
}

/// How a list is ordered, and what it leaves out.
struct ListRules {
  bool is_by_update = false;
  std::int64_t updated_min_ms = std::numeric_limits<std::int64_t>::min();
  std::vector<std::string> words;  ///< each between blanks; all must be there
  std::string uid;
  std::optional<PageKey> after;
  std::size_t size = kUsualPage;

  std::int64_t order_of(const Occurrence& one) const {
    return is_by_update ? one.event->updated_ms : one.begins_ms();
  }
  bool takes(const Event& event) const {
    if (event.updated_ms < updated_min_ms) return false;
    const auto& base = event.series_id.empty() ? event.id : event.series_id;
    if (!uid.empty() && uid != base + "@google.com") return false;
    if (words.empty()) return true;
    const auto text = searched_text(event);
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return text.find(word) != std::string::npos;
    });
  }
};

Answer<ListRules> read_rules(const ApiCall& call, bool expands) {
  ListRules rules;
  const auto& query = call.query;
  const auto order = query.get("orderBy");
  if (!order.empty() && order != "updated" && (order != "startTime" || !expands)) {
    return bad_request("The requested ordering is not available for the particular query.",
                       "orderingUnavailable");
  }
  rules.is_by_update = order == "updated";
  if (query.has("syncToken")) {
    return ApiError{.code = 410,
                    .reason = "fullSyncRequired",
                    .message = "Sync token is no longer valid, a full sync is required."};
  }
  if (query.has("updatedMin")) {
    const auto at = read_moment(query.get("updatedMin"), "updatedMin");
    if (!at) return at.error();
    rules.updated_min_ms = *at;
  }
  const auto words = fold_words(query.get("q"));
  for (const auto word : split(words, ' ')) {
    if (!word.empty()) rules.words.push_back(fold_words(word));
  }
  rules.uid = query.get("iCalUID");
  const auto after = decode_page(query.get("pageToken"));
  if (!after) return after.error();
  rules.after = *after;
  const auto size = page_size(query, kUsualPage, kMostPage);
  if (!size) return size.error();
  rules.size = *size;
  return rules;
}

struct Listed {
  PageKey key;
  Occurrence one;
};
bool is_before(const PageKey& a, const PageKey& b) {
  return std::tie(a.order, a.id) < std::tie(b.order, b.id);
}

/// The page of a list that the rules ask for; the key of the next.
std::vector<Listed> page_of(const std::vector<Occurrence>& all, const ListRules& rules,
                            std::string& next) {
  std::map<const Event*, bool> taken;  // of a series with thousands of times its text is read once
  std::vector<Listed> page;
  for (const auto& one : all) {
    const auto [at, is_new] = taken.try_emplace(one.event, false);
    if (is_new) at->second = rules.takes(*one.event);
    if (!at->second) continue;
    Listed listed{{rules.order_of(one), one.id()}, one};
    if (!rules.after || is_before(*rules.after, listed.key)) page.push_back(std::move(listed));
  }
  std::sort(page.begin(), page.end(),
            [](const Listed& a, const Listed& b) { return is_before(a.key, b.key); });
  if (page.size() > rules.size) {
    page.erase(page.begin() + static_cast<std::ptrdiff_t>(rules.size), page.end());
    next = encode_page(page.back().key);
  }
  return page;
}

Answer<ApiReply> answer_list(ApiCall& call, Calendar& calendar, const std::vector<Occurrence>& all,
                             bool expands) {
  const auto rules = read_rules(call, expands);
  if (!rules) return rules.error();
  const auto zone = read_zone(call, calendar.zone);
  if (!zone) return zone.error();
  std::string next;
  const auto page = page_of(all, *rules, next);
  const EventView view{calendar, call.account.email, *zone};
  json::array items;
  for (const auto& listed : page) {
    items.push_back(encode_event(CalendarBook::event_of(listed.one), view));
  }
  json::array reminders;
  reminders.push_back(json::object{{"method", "popup"}, {"minutes", 10}});
  json::object body{{"kind", "calendar#events"},
                    {"etag", "\"" + std::to_string(calendar.version) + "\""},
                    {"summary", calendar.summary},
                    {"updated", format_utc_ms(static_cast<std::int64_t>(calendar.version / 2000))},
                    {"timeZone", *zone},
                    {"accessRole", calendar.role},
                    {"defaultReminders", std::move(reminders)}};
  if (!next.empty()) body["nextPageToken"] = next;
  body["items"] = std::move(items);
  return ApiReply{.body = std::move(body)};
}

json::object encode_busy(const std::vector<BusySpan>& spans, const std::string& zone) {
  json::array busy;
  for (const auto& span : spans) {
    busy.push_back(json::object{{"start", format_time(span.begin_ms, zone)},
                                {"end", format_time(span.end_ms, zone)}});
  }
  json::object out;
  out["busy"] = std::move(busy);
  return out;
}

json::object encode_unknown_calendar() {
  json::array errors;
  errors.push_back(json::object{{"domain", "global"}, {"reason", "notFound"}});
  json::object out;
  out["errors"] = std::move(errors);
  out["busy"] = json::array();
  return out;
}

}  // namespace

Answer<ApiReply> list_calendars(ApiCall& call) {
  json::array items;
  for (const auto& calendar : call.account.calendars.calendars()) {
    items.push_back(encode_calendar(calendar));
  }
  json::object body{{"kind", "calendar#calendarList"}, {"etag", "\"p33c\""}};
  body["items"] = std::move(items);
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> list_events(ApiCall& call) {
  const auto calendar = get_calendar(call, call.ids[0]);
  if (!calendar) return calendar.error();
  const auto range = read_range(call);
  if (!range) return range.error();
  return answer_list(call, **calendar, CalendarBook::occurrences(**calendar, *range),
                     range->expands);
}

Answer<ApiReply> list_instances(ApiCall& call) {
  const auto calendar = get_calendar(call, call.ids[0]);
  if (!calendar) return calendar.error();
  auto range = read_range(call);
  if (!range) return range.error();
  const auto series = (*calendar)->events.find(call.ids[1]);
  if (series == (*calendar)->events.end()) return not_found("Not Found");
  range->expands = true;
  auto all = CalendarBook::occurrences(**calendar, *range);
  std::erase_if(all, [&](const Occurrence& one) {
    return one.event->series_id != call.ids[1] && !(one.start_ms && one.event == &series->second);
  });
  return answer_list(call, **calendar, all, true);
}

Answer<ApiReply> query_free_busy(ApiCall& call) {
  EventRange range;
  const auto from = read_moment(std::string(text_at(call.body, "timeMin")), "timeMin");
  if (!from) return from.error();
  const auto to = read_moment(std::string(text_at(call.body, "timeMax")), "timeMax");
  if (!to) return to.error();
  if (*from >= *to) {
    return bad_request("The specified time range is empty.", "timeRangeEmpty");
  }
  range.min_ms = *from;
  range.max_ms = *to;
  const auto zone = std::string(text_at(call.body, "timeZone", "UTC"));
  if (!is_zone(zone)) return bad_request("Invalid time zone: " + zone, "invalid");
  const auto* items = find_array(call.body, "items");
  if (!items) return bad_request("Missing items: the calendars to ask for.", "required");
  if (items->size() > kMostBusyCalendars) {
    return bad_request("Too many calendars requested: at most 50.", "tooManyCalendarsRequested");
  }
  json::object calendars;
  for (const auto& item : *items) {
    const auto* object = item.if_object();
    const auto id = std::string(object ? text_at(*object, "id") : std::string_view());
    const auto* calendar = call.account.calendars.find_calendar(id);
    calendars[id] = calendar ? encode_busy(busy_spans(*calendar, range, call.account.email), zone)
                             : encode_unknown_calendar();
  }
  call.world.stats.count("free_busy_queries");
  json::object body{{"kind", "calendar#freeBusy"},
                    {"timeMin", format_utc_ms(*from)},
                    {"timeMax", format_utc_ms(*to)}};
  body["calendars"] = std::move(calendars);
  return ApiReply{.body = std::move(body)};
}

}  // namespace callosum::sim::google
