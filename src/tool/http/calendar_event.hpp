#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <string>

#include "base/result.hpp"
#include "tool/http/calendar_time.hpp"

namespace callosum::tool::http::calendar {

namespace json = boost::json;

/// What a model is told of an event (Calendar v3 "Events"): `{id, title, start, end, all_day,
/// location?, with?}`.
json::object show_event(const json::object& event);
/// `{start, end}` as the service takes them.
json::object when_of_event(const When& start, std::chrono::minutes length, const std::string& zone);
/// An hour where it cannot be read.
std::chrono::minutes length_of_event(const json::object& event);
/// `with`: addresses, as attendees. VALIDATION where one is none.
Result<json::array> read_guests(const json::object& arguments);

}  // namespace callosum::tool::http::calendar
