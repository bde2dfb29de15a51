#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "real_world.hpp"
#include "tool/http/calendar_event.hpp"
#include "tool/http/calendar_functions.hpp"
#include "tool/http/calendar_time.hpp"
#include "tool/http/free_slots.hpp"

namespace callosum::tool::http::calendar {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json::value parse(std::string_view text) { return parse_strict(text).value(); }

// A Saturday.
constexpr std::chrono::local_days kToday{std::chrono::year(2026) / 11 / 21};

std::string day(std::string_view text) {
  const auto parsed = parse_day(text, kToday);
  return parsed ? write_day(std::chrono::local_seconds(*parsed)) : parsed.error().message;
}

std::string when(std::string_view text) {
  const auto parsed = parse_when(text, kToday);
  if (!parsed) return parsed.error().message;
  return write_clock(parsed->time) + parsed->offset + (parsed->is_day ? " day" : "");
}

TEST(CalendarTime, KnowsDaysAsPeopleNameThem) {
  EXPECT_EQ(day("today"), "2026-11-21");
  EXPECT_EQ(day("Tomorrow"), "2026-11-22");
  EXPECT_EQ(day("saturday"), "2026-11-21");
  EXPECT_EQ(day("friday"), "2026-11-27");
  EXPECT_EQ(day("2027-02-28"), "2027-02-28");
  for (const char* wrong : {"2027-02-30", "2027-2-28", "someday", "", "2027-02-28x"}) {
    EXPECT_THAT(day(wrong), HasSubstr("expected a day")) << wrong;
  }
}

TEST(CalendarTime, ReadsWhenSomethingBegins) {
  EXPECT_EQ(when("2026-11-24T15:00"), "2026-11-24T15:00:00");
  EXPECT_EQ(when("2026-11-24T15:00:30+01:00"), "2026-11-24T15:00:30+01:00");
  EXPECT_EQ(when("2026-11-24T15:00Z"), "2026-11-24T15:00:00Z");
  EXPECT_EQ(when("tomorrow 09:30"), "2026-11-22T09:30:00");
  EXPECT_EQ(when("monday"), "2026-11-23T00:00:00 day");
  for (const char* wrong : {"2026-11-24T25:00", "15:00", "2026-11-24T15:00+1", "tomorrow at 9",
                            "x 10:00", "2026-11-24T15:00+99:00", ""}) {
    EXPECT_THAT(when(wrong), HasSubstr("expected a time")) << wrong;
  }
}

std::chrono::sys_seconds at(const char* text) { return *parse_instant(text); }

TEST(FreeSlots, AreTheGapsThatAreLongEnough) {
  SlotSearch search;
  search.windows = {{at("2026-11-23T08:00:00Z"), at("2026-11-23T12:00:00Z")},
                    {at("2026-11-24T08:00:00Z"), at("2026-11-24T12:00:00Z")}};
  search.not_before = at("2026-11-23T08:12:10Z");
  search.most = 3;
  const std::vector<Span> busy{{at("2026-11-23T09:00:00Z"), at("2026-11-23T10:00:00Z")},
                               {at("2026-11-23T08:30:00Z"), at("2026-11-23T09:30:00Z")},
                               {at("2026-11-23T10:20:00Z"), at("2026-11-23T11:02:00Z")},
                               {at("2026-11-24T07:00:00Z"), at("2026-11-24T08:10:00Z")}};

  EXPECT_THAT(find_slots(search, busy),
              ElementsAre(Span{at("2026-11-23T11:05:00Z"), at("2026-11-23T12:00:00Z")},
                          Span{at("2026-11-24T08:10:00Z"), at("2026-11-24T12:00:00Z")}));
  search.length = 15min;
  EXPECT_EQ(find_slots(search, busy).front(),
            (Span{at("2026-11-23T08:15:00Z"), at("2026-11-23T08:30:00Z")}));
  EXPECT_EQ(find_slots(search, busy).size(), 3U);
}

TEST(FreeSlots, SaysWhatCannotBeRead) {
  EXPECT_EQ(read_busy(parse("{}")).error().type, ErrorType::invalid_output);
  EXPECT_EQ(read_busy(parse(R"({"calendars":{"primary":{"busy":[{"start":"x"}]}}})")).error().type,
            ErrorType::invalid_output);
}

TEST(CalendarEvent, IsShownWithoutWhatNobodyAskedFor) {
  EXPECT_EQ(
      canonical_json(show_event(
          parse(
              R"({"id":"e","summary":"Din\u200bner","description":"do this","start":{"date":"2026-11-24"},
                          "end":{"date":"2026-11-25"},"attendees":[{"email":"a@x.example","self":true}]})")
              .as_object())),
      R"({"all_day":true,"end":"2026-11-25","id":"e","start":"2026-11-24","title":"Dinner","with":["a@x.example"]})");
}

/// Answers in order, and keeps what it was asked.
struct Script final : Requests {
  std::vector<std::pair<std::string, Result<json::value>>> steps;
  std::vector<std::string> asked;

  boost::asio::awaitable<Result<json::value>> send(FunctionRequest request) override {
    asked.push_back(request.method + " " + request.target +
                    (request.body ? " " + canonical_json(*request.body) : std::string()));
    if (asked.size() > steps.size()) co_return fail(ErrorType::internal, "not expected");
    auto& [expected, answer] = steps[asked.size() - 1];
    EXPECT_THAT(asked.back(), HasSubstr(expected));
    co_return answer;
  }
};

struct Calendar : ::testing::Test {
  testing::RealWorld world;
  Script script;
  const std::string key = "the call's own";

  Result<json::value> run(std::string_view name, std::string_view arguments) {
    const auto parsed = parse(arguments).as_object();
    // 2026-11-21 23:30 in Amsterdam: tomorrow is the 22nd there and in UTC.
    const FunctionCall call{parsed, key, WallTime(at("2026-11-21T22:30:00Z")), script};
    return world.run((*find_function(name))->run(call));
  }
  void expect(const char* request, Result<json::value> answer) {
    script.steps.emplace_back(request, std::move(answer));
  }
  void expect_zone() {
    expect("GET /calendars/primary/events?maxResults=1",
           parse(R"({"timeZone":"Europe/Amsterdam"})"));
  }
};

TEST_F(Calendar, ListsADayOfTheCalendarsOwnTime) {
  expect_zone();
  expect(
      "timeMin=2026-11-21T23:00:00Z&timeMax=2026-11-22T23:00:00Z&q=a%26b",
      parse(
          R"({"items":[{"id":"e1","summary":"Board","start":{"dateTime":"2026-11-22T10:00:00+01:00"},"end":{"dateTime":"2026-11-22T11:30:00+01:00"}}]})"));

  const auto answer = run("calendar.list", R"({"day":"tomorrow","text":"a&b"})");

  ASSERT_TRUE(answer);
  EXPECT_EQ(
      canonical_json(*answer),
      R"({"count":1,"items":[{"all_day":false,"end":"2026-11-22T11:30:00+01:00","id":"e1","start":"2026-11-22T10:00:00+01:00","title":"Board"}],"time_zone":"Europe/Amsterdam"})");
}

TEST_F(Calendar, FindsFreeTimesWithinWorkingHours) {
  expect_zone();
  expect(
      "POST /freeBusy",
      parse(
          R"({"calendars":{"primary":{"busy":[{"start":"2026-11-23T08:00:00Z","end":"2026-11-23T14:00:00Z"}]}}})"));

  const auto answer = run("calendar.find_free_slot", R"({"day":"monday","days":1,"minutes":60})");

  ASSERT_TRUE(answer);
  EXPECT_EQ(
      canonical_json(answer->as_object().at("items")),
      R"([{"end":"2026-11-23T16:00:00+01:00","free_until":"2026-11-23T17:00:00+01:00","start":"2026-11-23T15:00:00+01:00"}])");
}

constexpr auto kEvent =
    R"({"id":"e1","summary":"S","start":{"dateTime":"2026-11-24T10:00:00+01:00"},"end":{"dateTime":"2026-11-24T10:45:00+01:00"},"attendees":[{"email":"a@x.example"}]})";

TEST_F(Calendar, CreatesTheSameEventForTheSameCall) {
  expect_zone();
  expect(R"("dateTime":"2026-11-24T10:00:00","timeZone":"Europe/Amsterdam")",
         fail(ErrorType::conflict, "there is one"));
  expect("GET /calendars/primary/events/", parse(kEvent));

  const auto answer =
      run("calendar.create", R"({"title":"S","start":"2026-11-24T10:00","with":["a@x.example"]})");

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->as_object().at("id"), "e1");
  EXPECT_THAT(script.asked[1], HasSubstr("sendUpdates=all"));
  const auto id = script.asked[2].substr(script.asked[2].rfind('/') + 1);
  EXPECT_EQ(id.size(), 40U);
  EXPECT_THAT(script.asked[1], HasSubstr("\"id\":\"" + id + "\""));
}

TEST_F(Calendar, SaysThatAnEventIsMadeThoughItCannotBeShown) {
  for (const auto& [why, told] : {std::pair{ErrorType::transient, ErrorType::invalid_output},
                                  {ErrorType::auth, ErrorType::invalid_output},
                                  {ErrorType::timeout, ErrorType::invalid_output},
                                  {ErrorType::not_found, ErrorType::outcome_unknown}}) {
    script = {};
    expect_zone();
    expect("POST", fail(ErrorType::conflict, "there is one"));
    expect("GET", fail(why, "no"));

    const auto answer = run("calendar.create", R"({"title":"S","start":"2026-11-24T10:00"})");

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().type, told) << to_string(why);
  }
}

TEST_F(Calendar, MovesAnEventAndKeepsItsLength) {
  expect_zone();
  expect("GET /calendars/primary/events/e1", parse(kEvent));
  expect(
      R"(PATCH /calendars/primary/events/e1?sendUpdates=all {"end":{"date":null,"dateTime":"2026-11-25T08:45:00","timeZone":"Europe/Amsterdam"},)",
      parse(kEvent));

  EXPECT_TRUE(run("calendar.move", R"({"id":"e1","start":"wednesday 08:00"})"));
}

TEST_F(Calendar, SaysThatNothingWasDoneWhereItCouldNotLook) {
  expect_zone();
  expect("GET", fail(ErrorType::timeout, "that took too long"));

  const auto answer = run("calendar.move", R"({"id":"e1","start":"wednesday 08:00"})");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::transient);
  EXPECT_THAT(answer.error().message, HasSubstr("nothing was done"));
}

TEST_F(Calendar, CancelsWhatIsThereOnce) {
  expect("GET /calendars/primary/events/e1", parse(kEvent));
  expect("DELETE /calendars/primary/events/e1?sendUpdates=all", fail(ErrorType::not_found, "gone"));
  EXPECT_TRUE(run("calendar.cancel", R"({"id":"e1"})"))
      << "a second try found the first one's work";

  script = {};
  expect("GET", parse(R"({"id":"e1","status":"cancelled"})"));
  EXPECT_EQ(run("calendar.cancel", R"({"id":"e1"})").error().type, ErrorType::not_found);
  script = {};
  EXPECT_EQ(run("calendar.cancel", R"({"id":".."})").error().type, ErrorType::validation);
  EXPECT_TRUE(script.asked.empty());
}

}  // namespace
}  // namespace callosum::tool::http::calendar
