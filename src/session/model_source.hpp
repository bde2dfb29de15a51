#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "realtime/model_port.hpp"
#include "registry/loaded_set.hpp"
#include "session/provider_breaker.hpp"
#include "session/tool_offer.hpp"

namespace callosum::session {

/// A provider that a session can talk to, with what is declared to it.
struct ModelSource {
  std::string name;  ///< of logs, metrics and records; empty: the provider's own
  /// A new connection to it: called at the start and after each loss.
  std::function<std::unique_ptr<realtime::ModelPort>()> make;
  std::shared_ptr<const ToolOffer> offer;  ///< our tools, exported for it
  /// The same for another set of tools; null: it could not be exported. Empty: they never change.
  std::function<std::shared_ptr<const ToolOffer>(const registry::LoadedSet&)> offer_for;
  std::string voice;  ///< empty: the provider's own
  /// The caller's words are needed, whether it asks for them or not: what writes them down.
  std::string transcription_model;
  std::shared_ptr<ProviderBreaker> breaker;  ///< shared by all sessions; null: none
  std::chrono::seconds cap{0};               ///< of a connection; 0: what is known of the provider
  /// A response in which nothing is heard of it for so long is given up, with its connection. 0:
  /// never.
  std::chrono::milliseconds patience{std::chrono::seconds(30)};
};

}  // namespace callosum::session
