#pragma once

#include "tool/builtin/builtin_kind.hpp"

namespace callosum::tool::builtin {

/// What a pack may do with a live phone call: `hang_up`, `transfer_call` (argument `to`, the name
/// of one of the call's destinations), `send_dtmf` (argument `digits`). They ask the session, by
/// intents; whoever holds the call carries it out. SESSION_INACTIVE where there is no call.
void add_phone_tools(BuiltinKind& kind);

}  // namespace callosum::tool::builtin
