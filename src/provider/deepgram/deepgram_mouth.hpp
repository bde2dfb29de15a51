#pragma once

#include "provider/cloud/connect_options.hpp"
#include "provider/mouth/socket_mouth.hpp"

namespace callosum::provider::deepgram {

/// Deepgram Aura. `options.url` is the service's base, `options.model` the voice; a session's own
/// name for one says nothing to it.
realtime::MakeMouth make_deepgram_mouth(cloud::CloudOptions options, mouth::SocketMouthParts parts);

}  // namespace callosum::provider::deepgram
