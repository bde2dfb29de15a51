#pragma once

#include <string_view>

namespace callosum::session {

/// Whether these words, the whole of what somebody says while another speaks, only show that they
/// listen: "mm-hm", "yeah, okay", "right". Nothing is none. Pure; any bytes may be asked of it.
bool is_back_channel(std::string_view words);

/// Whether who hears this is being asked something: then "yeah" is an answer, and no back-channel.
bool asks_something(std::string_view heard);

}  // namespace callosum::session
