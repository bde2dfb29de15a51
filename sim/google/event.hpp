#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace callosum::sim::google {

namespace json = boost::json;

/// When an event begins or ends.
struct EventTime {
  std::int64_t ms = 0;  ///< of a whole day: its beginning in the calendar's zone
  bool is_all_day = false;
  std::string zone;  ///< as whoever made the event named it
};

struct Event {
  std::string id;
  json::object fields;  ///< what its makers may change, but not its times: summary, attendees, …
  EventTime start;
  EventTime end;
  std::string status = "confirmed";  ///< tentative; cancelled: it was deleted
  std::string organizer;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::uint64_t version = 0;  ///< its ETag
  std::size_t sequence = 0;   ///< changes of its times
  std::string conference;     ///< the address where its guests meet
  std::string series_id;      ///< of one occurrence of a series
  std::optional<EventTime> original_start;

  bool is_cancelled() const { return status == "cancelled"; }
  bool is_series() const { return fields.contains("recurrence"); }
  std::string etag() const { return "\"" + std::to_string(version) + "\""; }
};

struct Calendar {
  std::string id;
  std::string summary;
  std::string zone;
  std::string color;
  std::string role = "owner";  ///< or reader
  bool is_primary = false;
  std::uint64_t version = 0;
  std::map<std::string, Event, std::less<>> events;

  bool is_writable() const { return role == "owner" || role == "writer"; }
};

}  // namespace callosum::sim::google
