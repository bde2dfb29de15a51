#pragma once

#include <string_view>

#include "base/result.hpp"
#include "sim/realtime/reply.hpp"

namespace callosum::sim::chat {

/// What a request asks to be answered. VALIDATION as the service has it: no messages, a call
/// without its result right behind it, a result without its call, a tool without a name.
Result<Turn> read_turn(std::string_view body);

}  // namespace callosum::sim::chat
