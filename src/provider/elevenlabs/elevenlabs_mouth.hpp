#pragma once

#include "provider/elevenlabs/stream_wire.hpp"
#include "provider/mouth/socket_mouth.hpp"

namespace callosum::provider::elevenlabs {

/// ElevenLabs speaks, with the configured voice: a session's own name for one says nothing to it.
realtime::MakeMouth make_elevenlabs_mouth(StreamOptions options, mouth::SocketMouthParts parts);

}  // namespace callosum::provider::elevenlabs
