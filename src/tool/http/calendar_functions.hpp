#pragma once

#include "tool/http/function.hpp"

/// The own calendar of an account (Calendar v3), below https://www.googleapis.com/calendar/v3. Days
/// and times without an offset are those of the calendar, which has to be asked for its time zone:
/// that is what no template could say. Titles and places are strangers' texts.
namespace callosum::tool::http::calendar {

/// `{day?, days?, text?}` → `{time_zone, items: [event], count}`; an event: `{id, title, start,
/// end, all_day, location?, with?}`.
boost::asio::awaitable<Result<json::value>> list_events(FunctionCall call);
/// `{day?, days?, minutes?, earliest?, latest?}` → `{time_zone, items: [{start, end,
/// free_until}]}`: the first of each gap, five at most.
boost::asio::awaitable<Result<json::value>> find_free_slot(FunctionCall call);
/// `{title, start, minutes?, location?, with?}` → the event. Its id is made of the call's own key:
/// the same call makes one event.
boost::asio::awaitable<Result<json::value>> create_event(FunctionCall call);
/// `{id, start, minutes?}` → the event, as long as it was unless said otherwise.
boost::asio::awaitable<Result<json::value>> move_event(FunctionCall call);
/// `{id}` → the event that is gone.
boost::asio::awaitable<Result<json::value>> cancel_event(FunctionCall call);

}  // namespace callosum::tool::http::calendar
