#pragma once

#include <memory>

#include "async/blocking_pool.hpp"
#include "async/time_source.hpp"
#include "provider/offline/speech_parts.hpp"
#include "realtime/ears.hpp"

namespace callosum::provider::offline {

/// What all of these ears share; each keeps it alive.
struct EarsParts {
  async::TimeSource& time;
  std::shared_ptr<async::BlockingPool> pool;  ///< where speech is recognised
  std::shared_ptr<SpeechParts> speech;
};

/// The offline voice's ears, for sessions whose brain is elsewhere.
realtime::MakeEars make_offline_ears(EarsParts parts);

}  // namespace callosum::provider::offline
