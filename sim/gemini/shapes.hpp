#pragma once

#include "sim/gemini/proto.hpp"

namespace callosum::sim::gemini {

/// What a client may send: one of setup, clientContent, realtimeInput, toolResponse, contextUpdate.
extern const Message kClientMessage;
extern const Message kSetup;
extern const Message kTool;
/// The body of POST /{version}/auth_tokens.
extern const Message kAuthToken;

}  // namespace callosum::sim::gemini
