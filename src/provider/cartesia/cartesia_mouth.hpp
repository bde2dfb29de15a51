#pragma once

#include "provider/cartesia/context_wire.hpp"
#include "provider/mouth/socket_mouth.hpp"

namespace callosum::provider::cartesia {

/// Cartesia speaks, with the configured voice: a session's own name for one says nothing to it.
realtime::MakeMouth make_cartesia_mouth(ContextOptions options, mouth::SocketMouthParts parts);

}  // namespace callosum::provider::cartesia
