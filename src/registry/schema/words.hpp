#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "registry/schema/node.hpp"

namespace callosum::registry::schema {

// The words of hints: what a schema wants, said to someone who never saw it.

/// `text` fit to be shown: no control characters, at most 40 characters, then "…".
std::string printable(std::string_view text);

/// What a value of this node looks like: "one of red, green", "YYYY-MM-DD", "an integer from 1 to
/// 10". Empty where the schema says nothing.
std::string describe(const Node& node);

/// ", for example cancellation, deposits", or empty.
std::string describe_examples(const Node& node);

std::string describe_types(std::uint8_t types);
std::string describe_choice(const Choice& choice);
std::string describe_number(const NumberRules& rules);
std::string describe_length(const StringRules& rules);
/// "at least 2 items", "from 1 to 3 items", "at most 1 item"; empty where both are open.
std::string describe_count(std::size_t least, std::size_t most, std::string_view unit);

}  // namespace callosum::registry::schema
