#pragma once

#include <cstdint>
#include <string_view>

namespace callosum::policy {

enum class Topic : std::uint8_t { none, same, other };

/// What the last question in a reply is about, beside a call: the same where it says something of
/// the call's name or of its arguments (JSON), or leans on what was asked before ("Shall I go
/// ahead?"); else something other. None: it asks nothing.
Topic topic_of(std::string_view reply, std::string_view tool, std::string_view arguments);

}  // namespace callosum::policy
