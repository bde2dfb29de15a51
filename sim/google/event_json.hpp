#pragma once

#include <string_view>

#include "sim/google/event.hpp"

namespace callosum::sim::google {

struct EventView {
  const Calendar& calendar;
  std::string_view owner;  ///< whose calendar it is
  std::string_view zone;   ///< that times are told in
};

json::object encode_event(const Event& event, const EventView& view);
json::object encode_time(const EventTime& time, const EventView& view);
json::object encode_calendar(const Calendar& calendar);

}  // namespace callosum::sim::google
