#pragma once

#include <span>
#include <string_view>

namespace callosum::sim::google {

/// A mail of the seed.
struct SeedMail {
  int hours_ago;
  std::string_view from;
  std::string_view to;  ///< empty: the account; of a sent mail its recipient
  std::string_view subject;
  std::string_view text;
  std::string_view labels;      ///< "UNREAD INBOX"; with SENT the account is who wrote it
  std::string_view page;        ///< the same as HTML; empty: none
  std::string_view attachment;  ///< its name; empty: none
  int answers = -1;             ///< the row that it is the answer to
};

struct SeedEvent {
  int day;                 ///< from today
  std::string_view begin;  ///< "09:30"; empty: all day
  int minutes;             ///< of a whole day: days
  std::string_view summary;
  std::string_view location;
  std::string_view attendee;  ///< besides the account; empty: none
  std::string_view rule;      ///< of a series
  std::string_view calendar;  ///< empty: the primary one
  std::string_view description;
  bool is_free = false;
};

struct SeedPersona {
  std::span<const SeedMail> mails;
  std::span<const SeedEvent> events;
  std::string_view second_calendar;
};

/// Work, and home.
const SeedPersona& seed_persona(std::size_t nth);

}  // namespace callosum::sim::google
