#include "receptionist_calls.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "base/json.hpp"

namespace callosum::testing {
namespace {

constexpr std::array<const char*, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday"};
constexpr const char* kAskedFirst = "create_booking CONFIRMATION_REQUIRED";

/// A rule's call, with the arguments as JSON text.
std::string call_of(const std::string& tool, const json::object& arguments) {
  return "calls: [{name: " + tool + ", arguments: '" + json::serialize(arguments) + "'}]}\n";
}

std::string when_said(const std::string& words, const std::string& tool,
                      const json::object& arguments) {
  return "  - {when: {text: " + words + "}, " + call_of(tool, arguments);
}

/// The caller's yes: the same call again, with the token that came with the question.
std::string when_agreed(const std::string& words, const std::string& tool, json::object arguments) {
  arguments["confirmationToken"] = "<<token>>";
  return when_said(words, tool, arguments);
}

json::object looked_for(const FreeTime& wanted) {
  return {{"service", wanted.service}, {"date", wanted.date}};
}

json::object booking_of(const FreeTime& wanted) {
  return {{"service", wanted.service}, {"date", wanted.date}, {"time", wanted.time}};
}

json::object move_to(const FreeTime& wanted) {
  return {{"booking_id", "<<booking_id>>"}, {"date", wanted.date}, {"time", wanted.time}};
}

/// Once get_availability has named the time that is wanted, and nobody else's.
std::string when_found(const FreeTime& wanted, const std::string& tool,
                       const json::object& arguments) {
  return "  - {when: {tool_output: get_availability, output: '\"" + wanted.service +
         "\",\"start_time\":\"" + wanted.date + "'}, " + call_of(tool, arguments);
}

/// Somebody with a number of their own: what is booked under it is this call's.
PhoneCase caller(const std::string& name, const std::string& last_digits) {
  PhoneCase out;
  out.name = name;
  out.from = "+121255501" + last_digits;
  out.intent = "get_availability";
  out.kinds = {"called", "answered", "said", "played"};
  return out;
}

std::string state_of(const std::string& tool) {
  return "coalesce((SELECT group_concat(state) FROM tool_calls WHERE session_id = '{session}'"
         " AND tool_id LIKE '%" +
         tool + "'), '-')";
}

std::string is_free(const FreeTime& time) {
  return "(SELECT iif(is_available, 'free', 'taken') FROM availability WHERE id = '" + time.id +
         "')";
}

/// All that the caller has booked, and whether its number was said aloud.
std::string bookings_of(const PhoneCase& each, const std::string& more) {
  return "SELECT b.service || ' ' || b.booking_datetime || ' ' || b.status || ' ' ||"
         " iif(p.transcript LIKE '%number ' || b.id || '%', 'read back', 'not said') || ' ' || " +
         more +
         " AS told FROM bookings b JOIN phone_calls p ON p.call_sid = '{call}'"
         " WHERE b.customer_phone = '" +
         each.from + "'";
}

}  // namespace

std::vector<FreeTime> free_times(PhoneStand& stand, const std::string& service, std::size_t count) {
  // On days that have not begun, and at hours that are of the same day in UTC.
  const auto rows = stand.run(
      "SELECT id, min(start_time) AS start, CAST(strftime('%w', start_time) AS INTEGER) AS day"
      " FROM availability WHERE business_id = (SELECT id FROM tenants WHERE slug = 'willow-hair')"
      " AND service = '" +
      service + "' AND is_available = 1 AND start_time > date('now', '+2 days')" +
      " GROUP BY substr(start_time, 1, 10) ORDER BY start LIMIT " + std::to_string(count));
  if (rows.size() < count) throw std::runtime_error("too few free times for a " + service);
  std::vector<FreeTime> out;
  for (const auto& row : rows) {
    FreeTime time;
    time.id = text_at(row.as_object(), "id");
    time.service = service;
    time.start = text_at(row.as_object(), "start");
    time.date = time.start.substr(0, 10);
    time.day = kDays.at(row.at("day").to_number<std::size_t>());
    // The local time is the tool's to know.
    const auto told = run_callosum(
        {"tool", "run", "get_availability", "--args", json::serialize(looked_for(time)), "--json"},
        stand.gateway().environment());
    const auto envelope = parse_strict(told.out);
    if (!envelope) throw std::runtime_error(told.out + told.err);
    const auto& first = envelope->at("data").at("items").at(0).as_object();
    time.time = text_at(first, "start_time").substr(11, 5);
    out.push_back(std::move(time));
  }
  return out;
}

PhoneCase books(const FreeTime& wanted) {
  auto out = caller("books", "71");
  out.says = {{"a " + wanted.service + " on " + wanted.day + " please"}, {"make the booking"}};
  out.rules = when_said("a " + wanted.service + " on", "get_availability", looked_for(wanted)) +
              when_found(wanted, "create_booking", booking_of(wanted)) +
              when_agreed("make the booking", "create_booking", booking_of(wanted));
  out.audited = {kAskedFirst, "create_booking ok", "get_availability ok", "get_latest_booking ok"};
  out.query = bookings_of(out, is_free(wanted) + " || ' ' || " + state_of("create_booking"));
  out.value = wanted.service + " " + wanted.start + " confirmed read back taken done";
  return out;
}

PhoneCase books_too(const FreeTime& wanted) {
  auto out = caller("also", "77");
  out.says = {{"any " + wanted.service + " for " + wanted.day}, {"reserve it"}};
  out.rules = when_said("any " + wanted.service + " for", "get_availability", looked_for(wanted)) +
              when_agreed("reserve it", "create_booking", booking_of(wanted)) +
              "  - {when: {tool_output: create_booking, output: CONFLICT}, say: That has just been "
              "taken.}\n";
  return out;
}

PhoneCase books_another_day(const FreeTime& first, const FreeTime& wanted) {
  auto out = caller("changes", "72");
  out.says = {{"a " + first.service + " on " + first.day + " please"},
              {"no wait make it " + wanted.day},
              {"please do"}};
  out.rules = when_said("a " + first.service + " on", "get_availability", looked_for(first)) +
              when_said("no wait make it", "get_availability", looked_for(wanted)) +
              when_found(first, "create_booking", booking_of(first)) +
              when_found(wanted, "create_booking", booking_of(wanted)) +
              when_agreed("please do", "create_booking", booking_of(wanted));
  out.audited = {kAskedFirst,           kAskedFirst,           "create_booking ok",
                 "get_availability ok", "get_availability ok", "get_latest_booking ok"};
  out.query = bookings_of(out, is_free(first) + " || ' ' || " + is_free(wanted) + " || ' ' || " +
                                   state_of("create_booking"));
  out.value = wanted.service + " " + wanted.start + " confirmed read back free taken done";
  return out;
}

PhoneCase moves_the_booking(const FreeTime& first, const FreeTime& wanted) {
  auto out = caller("moves", "73");
  out.says = {{"a " + first.service + " on " + first.day + " please"},
              {"book me in"},
              {"no wait " + wanted.day + " would be better"},
              {"that works for me"}};
  out.rules = when_said("a " + first.service + " on", "get_availability", looked_for(first)) +
              when_said("would be better", "get_availability", looked_for(wanted)) +
              when_found(first, "create_booking", booking_of(first)) +
              when_found(wanted, "reschedule_booking", move_to(wanted)) +
              when_agreed("book me in", "create_booking", booking_of(first)) +
              when_agreed("that works for me", "reschedule_booking", move_to(wanted));
  out.audited = {kAskedFirst,
                 "create_booking ok",
                 "get_availability ok",
                 "get_availability ok",
                 "get_latest_booking ok",
                 "get_latest_booking ok",
                 "reschedule_booking CONFIRMATION_REQUIRED",
                 "reschedule_booking ok"};
  out.query =
      bookings_of(out, "b.internal_notes || ' ' || " + is_free(first) + " || ' ' || " +
                           is_free(wanted) + " || ' ' || " + state_of("reschedule_booking"));
  out.value = wanted.service + " " + wanted.start + " confirmed read back moved from " +
              first.start + " free taken done";
  return out;
}

PhoneCase cancels_the_booking(const FreeTime& first) {
  auto out = caller("cancels", "74");
  out.says = {{"a " + first.service + " on " + first.day + " please"},
              {"put me down for that"},
              {"cancel it again"},
              {"yes i am sure"}};
  const json::object booking{{"booking_id", "<<booking_id>>"}};
  out.rules = when_said("a " + first.service + " on", "get_availability", looked_for(first)) +
              when_found(first, "create_booking", booking_of(first)) +
              when_agreed("put me down for that", "create_booking", booking_of(first)) +
              when_said("cancel it again", "cancel_booking", booking) +
              when_agreed("yes i am sure", "cancel_booking", booking);
  out.audited = {"cancel_booking CONFIRMATION_REQUIRED",
                 "cancel_booking ok",
                 kAskedFirst,
                 "create_booking ok",
                 "get_availability ok",
                 "get_latest_booking ok",
                 "get_latest_booking ok"};
  out.query = bookings_of(out, is_free(first) + " || ' ' || " + state_of("cancel_booking"));
  out.value = first.service + " " + first.start + " cancelled read back free done";
  out.has_said = "is cancelled";
  return out;
}

PhoneCase cancels_a_strangers_booking() {
  auto out = caller("stranger", "75");
  out.says = {{"cancel booking 2416 for me"}, {"yes it is"}};
  const json::object booking{{"booking_id", "2416"}};
  out.rules = when_said("cancel booking 2416", "cancel_booking", booking) +
              when_agreed("yes it is", "cancel_booking", booking) +
              "  - {when: {tool_output: cancel_booking, output: CONFLICT}, say: I see no such "
              "booking.}\n";
  out.audited = {"cancel_booking CONFIRMATION_REQUIRED", "cancel_booking CONFLICT"};
  out.intent = "cancel_booking";
  out.kinds = {"called", "refused", "said", "played"};
  out.query = "SELECT status || ' ' || customer_phone AS told FROM bookings WHERE id = '2416'";
  out.value = "confirmed +12125550199";
  out.has_said = "no such booking";
  return out;
}

/// A model that takes the no for a yes is held to what the caller has said.
PhoneCase keeps_the_booking() {
  auto out = caller("keeps", "99");
  out.says = {{"look up my visit"}, {"cancel that visit"}, {"no leave it as it is"}};
  const json::object booking{{"booking_id", "<<booking_id>>"}};
  out.rules = when_said("look up my visit", "get_latest_booking", {}) +
              when_said("cancel that visit", "cancel_booking", booking) +
              when_agreed("no leave it", "cancel_booking", booking);
  out.audited = {"cancel_booking CONFIRMATION_REQUIRED", "cancel_booking CONFIRMATION_REQUIRED",
                 "get_latest_booking ok"};
  out.intent = "get_latest_booking";
  out.query = "SELECT status || ' ' || " + state_of("cancel_booking") +
              " AS told FROM bookings WHERE id = '2416'";
  out.value = "confirmed -";
  out.has_said = "number 2416, is confirmed";
  return out;
}

PhoneCase books_without_a_number(const FreeTime& wanted) {
  auto out = caller("nobody", "76");
  out.from = "anonymous";
  out.attestation = "No-TN-Validation";
  out.says = {{"any " + wanted.service + " will do"}};
  out.rules = when_said("any " + wanted.service + " will do", "create_booking", booking_of(wanted));
  out.audited = {"create_booking FORBIDDEN"};
  out.intent = "create_booking";
  out.kinds = {"called", "refused", "said", "played"};
  out.query = "SELECT count(*) AS n FROM bookings WHERE coalesce(customer_phone, '') = ''";
  out.value = "0";
  return out;
}

std::vector<PhoneCase> asks_about_holidays() {
  struct Holiday {
    const char* word;
    const char* called;
    json::object arguments;
    const char* answer;
  };
  const std::vector<Holiday> holidays{{"christmas",
                                       "+12125550101",
                                       {{"holiday", "Christmas Day"}},
                                       "We are closed on Christmas Day."},
                                      {"eve",
                                       "+13125550101",
                                       {{"holiday", "christmas eve"}},
                                       "We are open on Christmas Eve from nine to one."},
                                      {"easter monday",
                                       "+14155550101",
                                       {{"holiday", "Easter Monday"}},
                                       "I do not know of that day."}};
  std::vector<PhoneCase> out;
  for (const auto& holiday : holidays) {
    const std::string word = holiday.word;
    auto each = caller("holiday" + std::to_string(out.size()), "99");
    each.called = holiday.called;
    each.says = {{"are you open on " + word}};
    each.rules = when_said("open on " + word, "get_working_hours", holiday.arguments);
    each.audited = {"get_working_hours ok"};
    each.intent = "get_working_hours";
    each.has_said = holiday.answer;
    out.push_back(std::move(each));
  }
  return out;
}

std::string receptionist_rules() {
  std::string out =
      "  - {when: {tool_output: get_working_hours, output: '\"data\":null'}, say: I do not know of "
      "that day.}\n"
      "  - {when: {tool_output: get_working_hours, output: holiday}, say: \"<<summary>>\"}\n"
      "  - {when: {tool_output: get_latest_booking, output: booking_id}, say: \"Your <<service>>, "
      "number <<booking_id>>, is <<status>>.\"}\n"
      "  - {when: {output: CONFIRMATION_REQUIRED}, say: \"Shall I do that?\"}\n";
  for (const std::string tool : {"create_booking", "reschedule_booking", "cancel_booking"}) {
    out += "  - {when: {tool_output: " + tool +
           ", output: booking_datetime}, calls: [{name: get_latest_booking}]}\n";
  }
  return out;
}

}  // namespace callosum::testing
