#pragma once

#include "sim/realtime/conversation.hpp"
#include "sim/realtime/reply.hpp"

namespace callosum::sim {

/// What the model sees: the conversation, or `params.input` in its place, and what the session and
/// this response say about tools. `nth` and `connection` are the caller's to fill in.
Turn make_turn(const Conversation& conversation, const json::object& session,
               const json::object& params);

}  // namespace callosum::sim
