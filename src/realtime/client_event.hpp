#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "realtime/event_type.hpp"

namespace callosum::realtime {

namespace json = boost::json;

/// One frame from the caller's side, not yet parsed. `text` lives until the next frame is read.
struct ClientFrame {
  EventType type = EventType::unknown;
  std::string_view text;
};

/// VALIDATION when the frame is not one JSON object within 1 MiB (audio appends are never parsed
/// here).
Result<json::object> decode_client_event(const ClientFrame& frame);

// What the gateway itself says to a model. Each returns one event as text (§6); `event_id` comes
// back in `error.event_id`, so that a failure can be told from one of the caller's.
std::string encode_session_update(const json::object& session, std::string_view event_id);
/// The same with `tools_json`, an array as text, for `session.tools`; `session` has none.
std::string encode_session_update(const json::object& session, std::string_view tools_json,
                                  std::string_view event_id);
std::string encode_function_output(std::string_view call_id, std::string_view output,
                                   std::string_view event_id);
/// `response` may be empty: the session's own settings.
std::string encode_response_create(const json::object& response, std::string_view event_id);
/// Of the conversation's current response, or of the one named.
std::string encode_response_cancel(std::string_view event_id, std::string_view response_id = {});
/// A message of `role` system, user or assistant, in text. `item_id` may be empty: the server's.
std::string encode_text_message(std::string_view role, std::string_view text,
                                std::string_view event_id, std::string_view item_id = {});

// What the gateway itself says to a caller, as a server would (§9, §8).
std::string encode_error(std::string_view type, std::string_view code, std::string_view message,
                         std::string_view param, std::string_view client_event_id,
                         std::string_view event_id);

}  // namespace callosum::realtime
