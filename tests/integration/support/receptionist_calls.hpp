#pragma once

#include <string>
#include <vector>

#include "phone_stand.hpp"

namespace callosum::testing {

/// A time that Willow Hair has free for a service.
struct FreeTime {
  std::string id;          ///< of its row of `availability`
  std::string service;     ///< "haircut"
  std::string start;       ///< as the tables have it, UTC
  std::string date, time;  ///< as callers are told it: "2026-11-24", "10:00"
  std::string day;         ///< "tuesday"
};

/// So many, the first of a day each, beginning the day after tomorrow. Throws where there are
/// fewer.
std::vector<FreeTime> free_times(PhoneStand& stand, const std::string& service, std::size_t count);

// One call each to the receptionist's own tools, for whichever brain follows a script: the rules
// say the same to a chat model and to a voice.

/// Looks, is asked, agrees; the booking is read back.
PhoneCase books(const FreeTime& wanted);
/// Somebody else who wants the same, in other words; it may be gone by the time they agree.
PhoneCase books_too(const FreeTime& wanted);
/// Says "no wait" and another day before agreeing to the first.
PhoneCase books_another_day(const FreeTime& first, const FreeTime& wanted);
/// Says it once the first is booked.
PhoneCase moves_the_booking(const FreeTime& first, const FreeTime& wanted);
PhoneCase cancels_the_booking(const FreeTime& first);
/// Asks for the booking of somebody else to be cancelled, by its number.
PhoneCase cancels_a_strangers_booking();
/// Does not agree, after all.
PhoneCase keeps_the_booking();
/// Withholds the number: nothing is booked for nobody knows whom.
PhoneCase books_without_a_number(const FreeTime& wanted);
/// Opening hours: on a holiday that is none, on one that is half a day, on one of nobody's.
std::vector<PhoneCase> asks_about_holidays();

/// What follows a tool of the receptionist, whoever called it: behind the rules of these cases.
std::string receptionist_rules();

}  // namespace callosum::testing
