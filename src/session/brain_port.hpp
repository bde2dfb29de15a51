#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "realtime/chat_model.hpp"
#include "realtime/ears.hpp"
#include "realtime/model_port.hpp"
#include "realtime/mouth.hpp"

namespace callosum::session {

/// What our own brain is made of. References outlive it.
struct BrainParts {
  async::TimeSource& time;
  Random& random;
  std::unique_ptr<realtime::ModelPort> provider;  ///< its mouth; null: `make_mouth`
  std::shared_ptr<realtime::ChatModel> chat;
  realtime::MakeEars make_ears;
  std::string speaker;  ///< who speaks where the caller's program names nobody
  std::size_t context_tokens = 8000;
  /// A call of the provider's model, which does not run.
  std::function<void(std::string_view tool)> on_ignored_call;
  /// The chat model gave no answer; the caller hears an excuse.
  std::function<void(const Error& why)> on_plan_failed;
  /// The speech service that speaks where no provider does, and what is known of the line with it.
  realtime::MakeMouth make_mouth = {};
  realtime::ProviderProfile profile = {};
  /// Plans while the caller seems to have ended: sooner, at the price of some plans in vain.
  bool thinks_ahead = false;
  /// How long a sound without known words may last over a reply before it interrupts.
  std::chrono::milliseconds interrupt_after{0};
  /// Others can be asked: where the chat model fails twice running the connection ends (TIMEOUT;
  /// AUTH and PERMANENT at once).
  bool gives_up = false;
  std::function<void()> on_planned = {};  ///< the chat model has answered
};

/// The reply path `brain`: our ears hear, a chat model plans, a provider or a speech service only
/// speaks. Towards the
/// session a model like any other: its calls are our orchestrator's, and run as every call does.
std::unique_ptr<realtime::ModelPort> make_brain_port(BrainParts parts);

}  // namespace callosum::session
