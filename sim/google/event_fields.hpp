#pragma once

#include <string>
#include <string_view>

#include "sim/google/api_error.hpp"
#include "sim/google/event.hpp"

namespace callosum::sim::google {

/// What a call wants an event to be.
struct EventChange {
  const json::object& given;
  bool is_patch = false;  ///< what is not named stays, null takes away; else what is not named goes
  std::string_view zone;  ///< the calendar's
};

/// Applies it to an event, or refuses and leaves it alone. `unknown_fields`: so many were named
/// that the service does not have.
Answer<void> apply_change(const EventChange& change, Event& event, std::size_t& unknown_fields);

}  // namespace callosum::sim::google
