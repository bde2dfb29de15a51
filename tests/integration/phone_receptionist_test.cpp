// The receptionist's own tools where one call is not enough to tell: two callers at once, and what
// the business itself has changed in the meantime.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "phone_cases.hpp"
#include "receptionist_calls.hpp"

namespace callosum::testing {
namespace {

constexpr std::array<const char*, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday"};

/// One of this week, which the demo's holidays leave alone.
std::string day_without_a_holiday(PhoneStand& stand) {
  const auto found = stand.run(
      "WITH days (date) AS (VALUES (date('now', '+3 days')), (date('now', '+4 days')),"
      " (date('now', '+5 days'))) SELECT CAST(strftime('%w', date) AS INTEGER) AS day FROM days"
      " WHERE date NOT IN (SELECT date FROM holidays) LIMIT 1");
  return kDays.at(found.at(0).at("day").to_number<std::size_t>());
}

TEST(PhoneReceptionist, AHolidayKeepsItsHoursWhateverTheBusinessSaysOfTheWeek) {
  PhoneStand stand("nova-3", "elevenlabs");
  const auto day = day_without_a_holiday(stand);
  json::object week;
  for (const auto* each : kDays) week[each] = json::object{{"open", "07:00"}, {"close", "20:00"}};
  net::HttpRequest change;
  change.method = "PUT";
  change.body = json::serialize(json::object{{"hours", std::move(week)}});
  change.headers.set("Authorization", "Bearer " + stand.gateway().token());
  const auto changed = fetch(stand.gateway().http("/tts_admin/hours/willow-hair"), change);
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto christmas = asks_about_holidays()[0];
  auto plain = christmas;
  plain.name = "plain";
  plain.says = {{"and what about " + day}};
  plain.rules = "  - {when: {text: what about}, calls: [{name: get_working_hours, arguments: '" +
                json::serialize(json::object{{"day", day}}) + "'}]}\n" + receptionist_rules() +
                "  - {when: {tool_output: get_working_hours}, say: \"<<summary>>\"}\n";
  plain.has_said = "from seven to eight.";

  const auto rows = stand.place({christmas, plain}, {});

  stand.judge(christmas, rows[0]);
  stand.judge(plain, rows[1]);
}

/// What came of a caller's yes.
std::string outcome_of(const CallRows& rows) {
  std::string last;
  for (const auto& record : rows.audit) {
    if (text_at(record, "tool_id").ends_with(".create_booking")) last = text_at(record, "outcome");
  }
  return last;
}

TEST(PhoneReceptionist, OfTwoCallersWhoAgreeToOneTimeOneGetsIt) {
  PhoneStand stand("nova-3", "elevenlabs");
  const auto wanted = free_times(stand, "haircut", 1)[0];
  auto one = books(wanted);
  const auto other = books_too(wanted);
  one.rules += other.rules + receptionist_rules();

  const auto rows = stand.place({one, other}, {});

  const auto told = rows[0].told() + rows[1].told();
  const auto booked =
      stand.run("SELECT count(*) AS n FROM bookings WHERE booking_datetime = '" + wanted.start +
                "' AND service = '" + wanted.service + "' AND status = 'confirmed'");
  EXPECT_EQ(booked.at(0).at("n"), 1) << told;
  std::array outcomes{outcome_of(rows[0]), outcome_of(rows[1])};
  std::sort(outcomes.begin(), outcomes.end());
  EXPECT_EQ(outcomes[0], "CONFLICT") << told;
  EXPECT_EQ(outcomes[1], "ok") << told;
}

}  // namespace
}  // namespace callosum::testing
