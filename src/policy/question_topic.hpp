#pragma once

#include <string_view>

namespace callosum::policy {

/// Whether the last question in a reply may be about a call: it says something of the call's name
/// or of its arguments (JSON), or is one that leans on what was asked before ("Shall I go ahead?").
/// Fails towards no. `none`: it asks nothing.
enum class Topic : unsigned char { none, same, other };
Topic topic_of(std::string_view reply, std::string_view tool, std::string_view arguments);

}  // namespace callosum::policy
