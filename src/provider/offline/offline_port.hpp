#pragma once

#include <memory>

#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "provider/offline/brain.hpp"
#include "provider/offline/speech_parts.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::offline {

/// As its sessions name their model.
inline constexpr const char* kModel = "callosum-offline";

/// What every offline conversation shares. References outlive the ports.
struct OfflineParts {
  async::TimeSource& time;
  Random& random;
  async::BlockingPool& pool;  ///< where speech is recognised and made
  SpeechParts& speech;
  Brain& brain;
};

/// The offline voice: a realtime model of its own, made of voice-activity detection, ears, a brain
/// and a mouth. Speaks the same events as the others; needs no key and no network.
std::unique_ptr<realtime::ModelPort> make_offline_port(OfflineParts parts);

}  // namespace callosum::provider::offline
