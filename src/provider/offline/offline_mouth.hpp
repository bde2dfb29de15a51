#pragma once

#include <memory>

#include "async/blocking_pool.hpp"
#include "async/time_source.hpp"
#include "provider/offline/speech_parts.hpp"
#include "realtime/mouth.hpp"

namespace callosum::provider::offline {

/// What all of these mouths share; each keeps it alive.
struct MouthParts {
  async::TimeSource& time;
  std::shared_ptr<async::BlockingPool> pool;  ///< where speech is made
  std::shared_ptr<SpeechParts> speech;
  std::string voice;  ///< where the session names none that there is
};

/// The offline voice's mouth, for sessions whose brain is elsewhere.
realtime::MakeMouth make_offline_mouth(MouthParts parts);

}  // namespace callosum::provider::offline
