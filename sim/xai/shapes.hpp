#pragma once

#include <string>
#include <vector>

#include "sim/realtime/checks.hpp"

namespace callosum::sim::xai {

/// The shapes of what a client may send (protocol §3, 4 and 6). Members that xAI does not
/// know it passes over, so these name only what must be right where it is given.

/// The `session` of session.update.
Problem check_update(const json::value& value, const std::string& path);
/// The `response` of response.create.
Problem check_response_params(const json::value& value, const std::string& path);
/// The `item` of conversation.item.create.
Problem check_item(const json::value& value, const std::string& path);
/// A whole client event whose `type` is known, but for `session`, `response` and `item`.
Problem check_event(std::string_view type, const json::object& event);
bool is_client_event(std::string_view type);

/// The members of a session.update that section 3 does not list, by path.
std::vector<std::string> foreign_keys(const json::object& session);

}  // namespace callosum::sim::xai
