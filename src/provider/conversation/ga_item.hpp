#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/result.hpp"
#include "provider/conversation/turn.hpp"

namespace callosum::provider::conversation {

namespace json = boost::json;

// Items of a conversation as clients make them: nothing about their shape is taken for granted.

/// What a brain reads of it. VALIDATION, with the wrong member's name as detail.
Result<Turn> turn_of(const json::object& item);

/// Puts the words of committed speech into the item; one that was replaced by another kind stays.
void add_transcript(json::object& item, std::string_view words);

}  // namespace callosum::provider::conversation
