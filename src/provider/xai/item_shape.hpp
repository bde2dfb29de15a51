#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace callosum::provider::xai {

namespace json = boost::json;

/// An item of xAI's as GA has it (protocols: xAI voice §6, §9): a role for messages alone, content
/// for every message, parts under GA's names.
void mend_item(json::object& item);

/// What an assistant's message holds once it has been said (`is_text`: written).
json::array spoken_content(std::string_view words, bool is_text);
/// The part of response.content_part.*, whose types have names of their own (GA §8).
json::object spoken_part(std::string_view words, bool is_text);

/// The status of a response that is over, in one of GA's words: an end with another is none for a
/// client.
std::string_view mend_status(std::string_view told);

/// Of response.done: the counts that stand beside the response, under `usage`; null without any.
json::value mend_usage(const json::object& event, const json::object& response);

/// {type, code, message, param, event_id} of an error event, nested or flat.
json::object mend_error(const json::object& event);

}  // namespace callosum::provider::xai
