#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "sim/google/calendar_book.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/event_fields.hpp"
#include "sim/google/free_busy.hpp"
#include "sim/google/recurrence.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::google {
namespace {

constexpr const char* kZone = "Europe/Amsterdam";

std::int64_t at(std::string_view time) { return parse_time_ms(time).value(); }

std::vector<std::string> times_of(const std::string& rule, std::string_view start,
                                  std::string_view to = "2100-01-01T00:00:00Z") {
  json::array lines;
  lines.push_back(json::value(json::string(rule)));
  const auto parsed = Recurrence::parse(lines);
  if (!parsed) return {parsed.error().message};
  std::vector<std::string> out;
  for (const auto ms : parsed->starts(at(start), kZone, 0, at(to))) {
    out.push_back(format_time(ms, kZone));
  }
  return out;
}

TEST(SimCivilTime, ReadsOffsetsZonesAndNothingElse) {
  EXPECT_EQ(parse_time_ms("2026-11-21T10:00:00+01:00"), at("2026-11-21T09:00:00Z"));
  EXPECT_EQ(parse_time_ms("2026-11-21T10:00:00.5-00:30"), at("2026-11-21T10:30:00Z") + 500);
  EXPECT_EQ(parse_time_ms("2026-07-21T10:00:00", kZone), at("2026-07-21T08:00:00Z"));
  for (const auto* bad : {"", "2026-11-21", "2026-11-21T10:00:00", "2026-13-21T10:00:00Z",
                          "2026-11-21T25:00:00Z", "2026-11-21T10:00:00+1:00", "T", "+00:00"}) {
    EXPECT_FALSE(parse_time_ms(bad)) << bad;
  }
  EXPECT_FALSE(parse_time_ms("2026-11-21T10:00:00", "Mars/Olympus"));
  EXPECT_TRUE(is_zone(kZone));
  EXPECT_FALSE(is_zone("../../etc/passwd"));
}

TEST(SimCivilTime, TellsTimesAsTheZoneHasThem) {
  const auto ms = at("2026-07-21T22:30:00Z");

  EXPECT_EQ(format_time(ms, kZone), "2026-07-22T00:30:00+02:00");
  EXPECT_EQ(format_time(ms, "UTC"), "2026-07-21T22:30:00Z");
  EXPECT_EQ(format_day(ms, kZone), "2026-07-22");
  EXPECT_EQ(format_utc_ms(ms), "2026-07-21T22:30:00.000Z");
  EXPECT_EQ(format_mail_date(ms, kZone), "Wed, 22 Jul 2026 00:30:00 +0200");
  EXPECT_EQ(parse_day_ms("2026-07-22", kZone), at("2026-07-21T22:00:00Z"));
}

TEST(SimRecurrence, KeepsTheTimeOfDayWhenTheClocksChange) {
  EXPECT_EQ(times_of("RRULE:FREQ=DAILY;COUNT=3", "2026-10-24T09:00:00+02:00"),
            (std::vector<std::string>{"2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00",
                                      "2026-10-26T09:00:00+01:00"}));
}

TEST(SimRecurrence, TakesDaysIntervalsAndEnds) {
  // The 18th of November 2026 is a Wednesday.
  EXPECT_EQ(times_of("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO;COUNT=4", "2026-11-18T09:00:00Z"),
            (std::vector<std::string>{"2026-11-18T10:00:00+01:00", "2026-11-30T10:00:00+01:00",
                                      "2026-12-02T10:00:00+01:00", "2026-12-14T10:00:00+01:00"}));
  EXPECT_EQ(times_of("RRULE:FREQ=DAILY;BYDAY=SA;UNTIL=20261128", "2026-11-18T09:00:00Z").size(),
            2u);
  EXPECT_EQ(times_of("RRULE:FREQ=MONTHLY;COUNT=3", "2026-01-31T09:00:00Z").at(1),
            "2026-03-31T10:00:00+02:00");
  EXPECT_EQ(times_of("RRULE:FREQ=YEARLY;UNTIL=20300101T000000Z", "2028-02-29T09:00:00Z").size(),
            1u);
}

TEST(SimRecurrence, RefusesWhatItDoesNotKnow) {
  for (const auto* rule :
       {"RRULE:FREQ=HOURLY", "RRULE:COUNT=3", "RRULE:FREQ=MONTHLY;BYDAY=2MO", "EXDATE:20260101",
        "RRULE:FREQ=DAILY;BYSETPOS=1", "RRULE:FREQ=DAILY;COUNT=0", "RRULE:FREQ=DAILY;INTERVAL=x",
        "RRULE:FREQ=DAILY;UNTIL=2026-01-01", "RRULE:FREQ=WEEKLY;WKST=SU"}) {
    const auto times = times_of(rule, "2026-01-01T00:00:00Z");
    ASSERT_EQ(times.size(), 1u) << rule;
    EXPECT_TRUE(times[0].starts_with("Invalid recurrence rule")) << times[0];
  }
}

TEST(SimRecurrence, EndsWithTheCalendarWhateverTheInterval) {
  EXPECT_LT(
      times_of("RRULE:FREQ=YEARLY;INTERVAL=9999", "2024-02-29T00:00:00Z", "9999-12-31T00:00:00Z")
          .size(),
      3u);
  EXPECT_EQ(times_of("RRULE:FREQ=DAILY", "2026-01-01T00:00:00Z", "9999-12-31T00:00:00Z").size(),
            3000u);
}

struct Book {
  async::VirtualTime time;
  SeededRandom random{7};
  CalendarBook book{time, random, "john@work.example"};
  Calendar* calendar = nullptr;

  Book() {
    book.add_calendar({.id = "john@work.example", .zone = kZone, .is_primary = true});
    calendar = book.find_calendar("primary");
  }
  Answer<const Event*> add(const std::string& body) {
    const auto given = parse_strict(body)->get_object();
    Event event;
    event.id = text_at(given, "id");
    const auto applied = apply_change({given, false, kZone}, event, unknown);
    if (!applied) return applied.error();
    return book.insert(*calendar, std::move(event));
  }
  std::size_t unknown = 0;
};

TEST(SimCalendar, AWholeDaySeriesKeepsItsDaysAcrossTheChangeOfClocks) {
  Book f;
  ASSERT_TRUE(f.add(R"({"start":{"date":"2026-10-24"},"end":{"date":"2026-10-25"},)"
                    R"("recurrence":["RRULE:FREQ=DAILY;COUNT=3"]})"));

  auto all = CalendarBook::occurrences(*f.calendar, {.expands = true});

  ASSERT_EQ(all.size(), 3u);
  for (const auto& one : all) {
    const auto event = CalendarBook::event_of(one);
    EXPECT_TRUE(event.start.is_all_day);
    EXPECT_NE(format_day(event.start.ms, kZone), format_day(event.end.ms, kZone)) << event.id;
  }
  EXPECT_TRUE(all[1].id().ends_with("_20261025")) << all[1].id();
}

TEST(SimCalendar, ListsWhatReachesIntoARangeOnly) {
  Book f;
  ASSERT_TRUE(f.add(R"({"start":{"dateTime":"2026-11-21T10:00:00Z"},)"
                    R"("end":{"dateTime":"2026-11-21T11:00:00Z"}})"));
  const auto count = [&](std::string_view from, std::string_view to) {
    return CalendarBook::occurrences(*f.calendar, {at(from), at(to)}).size();
  };

  EXPECT_EQ(count("2026-11-21T10:30:00Z", "2026-11-21T10:40:00Z"), 1u);
  EXPECT_EQ(count("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z"), 0u);
  EXPECT_EQ(count("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"), 0u);
}

TEST(SimCalendar, APatchChangesWhatItNamesAndAnUpdateAll) {
  Book f;
  const auto made = f.add(
      R"({"summary":"a","location":"b","reminders":{"useDefault":false,"overrides":[]},)"
      R"("start":{"dateTime":"2026-11-21T10:00:00Z"},"end":{"dateTime":"2026-11-21T11:00:00Z"}})");
  ASSERT_TRUE(made);
  auto patched = **made;
  auto updated = **made;
  const auto patch = parse_strict(R"({"location":null,"reminders":{"useDefault":true},)"
                                  R"("start":{"date":"2026-11-21","dateTime":null},)"
                                  R"("end":{"date":"2026-11-22","dateTime":null}})")
                         ->get_object();
  const auto half = parse_strict(R"({"start":{"date":"2026-11-21"}})")->get_object();
  const auto update =
      parse_strict(R"({"summary":"c","start":{"date":"2026-11-21"},"end":{"date":"2026-11-22"}})")
          ->get_object();

  EXPECT_EQ(apply_change({half, true, kZone}, patched, f.unknown).error().message,
            "Invalid start time.");
  ASSERT_TRUE(apply_change({patch, true, kZone}, patched, f.unknown));
  ASSERT_TRUE(apply_change({update, false, kZone}, updated, f.unknown));

  EXPECT_EQ(text_at(patched.fields, "summary"), "a");
  EXPECT_FALSE(patched.fields.contains("location"));
  EXPECT_EQ(find_object(patched.fields, "reminders")->size(), 2u);
  EXPECT_TRUE(patched.start.is_all_day);
  EXPECT_EQ(updated.fields.size(), 1u);
}

TEST(SimCalendar, ARefusedChangeLeavesTheEventAlone) {
  Book f;
  const auto made = f.add(R"({"summary":"a","start":{"date":"2026-11-21"},)"
                          R"("end":{"date":"2026-11-22"}})");
  auto event = **made;
  const auto patch = parse_strict(R"({"summary":"b","end":{"date":"2026-11-20"}})")->get_object();

  const auto applied = apply_change({patch, true, kZone}, event, f.unknown);

  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().reason, "timeRangeEmpty");
  EXPECT_EQ(text_at(event.fields, "summary"), "a");
}

TEST(SimCalendar, RefusesWrongTypesIdsAndTooMuch) {
  Book f;
  const std::string when = R"("start":{"date":"2026-11-21"},"end":{"date":"2026-11-22"})";

  EXPECT_FALSE(f.add("{\"summary\":5," + when + "}"));
  EXPECT_FALSE(f.add("{\"attendees\":[5]," + when + "}"));
  EXPECT_FALSE(f.add("{\"id\":\"UPPER\"," + when + "}"));
  EXPECT_FALSE(f.add("{\"status\":\"maybe\"," + when + "}"));
  EXPECT_FALSE(f.add("{\"description\":\"" + std::string(70'000, 'a') + "\"," + when + "}"));
  EXPECT_FALSE(f.add(R"({"start":{"date":"2026-11-21","dateTime":"2026-11-21T00:00:00Z"},)"
                     R"("end":{"date":"2026-11-22"}})"));
  EXPECT_TRUE(f.add("{\"colour\":\"red\"," + when + "}"));
  EXPECT_EQ(f.unknown, 1u);
}

TEST(SimCalendar, IsFullAtSomePoint) {
  Book f;
  const std::string when = R"("start":{"date":"2026-11-21"},"end":{"date":"2026-11-22"})";
  const auto series = "{\"recurrence\":[\"RRULE:FREQ=DAILY\"]," + when + "}";
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(f.add(series));
  EXPECT_EQ(f.add(series).error().reason, "quotaExceeded");
  for (int i = 200; i < 5000; ++i) ASSERT_TRUE(f.add("{" + when + "}"));

  EXPECT_EQ(f.add("{" + when + "}").error().reason, "quotaExceeded");
}

TEST(SimFreeBusy, LeavesOutWhatIsFreeOrDeclined) {
  Book f;
  ASSERT_TRUE(f.add(R"({"start":{"dateTime":"2026-11-21T10:00:00Z"},)"
                    R"("end":{"dateTime":"2026-11-21T11:00:00Z"}})"));
  ASSERT_TRUE(f.add(R"({"start":{"dateTime":"2026-11-21T12:00:00Z"},"transparency":"transparent",)"
                    R"("end":{"dateTime":"2026-11-21T13:00:00Z"}})"));
  ASSERT_TRUE(f.add(R"({"start":{"dateTime":"2026-11-21T14:00:00Z"},)"
                    R"("end":{"dateTime":"2026-11-21T15:00:00Z"},)"
                    R"("attendees":[{"email":"john@work.example","responseStatus":"declined"}]})"));

  const auto spans = busy_spans(
      *f.calendar, {at("2026-11-21T10:30:00Z"), at("2026-11-22T00:00:00Z")}, "john@work.example");

  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].begin_ms, at("2026-11-21T10:30:00Z"));
  EXPECT_EQ(spans[0].end_ms, at("2026-11-21T11:00:00Z"));
}

}  // namespace
}  // namespace callosum::sim::google
