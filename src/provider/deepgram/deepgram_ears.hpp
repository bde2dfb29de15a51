#pragma once

#include "provider/cloud/kept_line.hpp"
#include "provider/deepgram/listen_wire.hpp"
#include "realtime/ears.hpp"

namespace callosum::provider::deepgram {

/// What all of these ears share. `time` outlives them.
struct DeepgramEarsParts {
  async::TimeSource& time;
  cloud::Dial dial;
};

/// Deepgram hears. The line is dialled with the first sound and kept up; the caller's sound that
/// its recogniser has not acknowledged is kept, ten seconds at most, and sent again when the line
/// was replaced.
realtime::MakeEars make_deepgram_ears(ListenOptions options, DeepgramEarsParts parts);

}  // namespace callosum::provider::deepgram
