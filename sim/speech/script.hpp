#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/service/mouth.hpp"

namespace callosum::sim::speech {

struct Script {
  VoiceManner voice;
  bool closes_at_once = false;   ///< ElevenLabs: close_context drops what is not said yet
  bool has_other_names = false;  ///< ElevenLabs: charsStartTimesMs, charDurationsMs, context_id
  std::size_t cancel_lag = 0;    ///< Cartesia: pieces that still come behind a cancel
  std::size_t refused_connections = 0;
  int refuse_status = 429;
};

/// Reads YAML (sim/README.md). VALIDATION with line and key.
Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml);

}  // namespace callosum::sim::speech
