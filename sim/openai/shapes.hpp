#pragma once

#include "sim/realtime/checks.hpp"

namespace callosum::sim::openai {

/// The shapes of what a client may send (protocol §4 to 7): which members, of which type, in
/// which range.

/// A `session` of type "realtime" or "transcription", from session.update or client_secrets.
Problem check_session(const json::value& value, const std::string& path);
/// The `response` of response.create.
Problem check_response(const json::value& value, const std::string& path);
Problem check_tools(const json::value& value, const std::string& path);
Problem check_tool_choice(const json::value& value, const std::string& path);
/// The `item` of conversation.item.create.
Problem check_item(const json::value& value, const std::string& path);
/// The same, or an `item_reference`.
Problem check_input_item(const json::value& value, const std::string& path);
/// A whole client event whose `type` is known: its members and their types, except `session`,
/// `response` and `item`, which have their own checks.
Problem check_event(std::string_view type, const json::object& event);
bool is_client_event(std::string_view type);
/// What the wire answers to a type that it does not know.
WireError unknown_event_type(std::string_view type);

}  // namespace callosum::sim::openai
