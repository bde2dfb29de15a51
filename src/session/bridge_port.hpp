#pragma once

#include <memory>
#include <string>

#include "base/random.hpp"
#include "realtime/ears.hpp"
#include "realtime/model_port.hpp"

namespace callosum::session {

/// What a bridge is made of.
struct BridgeParts {
  Random& random;  ///< outlives it
  std::unique_ptr<realtime::ModelPort> provider;
  realtime::MakeEars make_ears;
  std::string speaker;  ///< who speaks where the caller's program names nobody
};

/// The reply path `bridge`: our ears hear, the provider plans and speaks. It is told every
/// utterance as text labelled with its speaker, and hears nothing itself. Towards the session a
/// model like any other.
std::unique_ptr<realtime::ModelPort> make_bridge_port(BridgeParts parts);

}  // namespace callosum::session
