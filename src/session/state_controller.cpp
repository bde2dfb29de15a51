#include "session/state_controller.hpp"

#include <utility>

namespace callosum::session {

void StateController::apply(const registry::Envelope& envelope) {
  if (!envelope.ok() || !is_active_) return;
  for (const auto& intent : envelope.intents) {
    switch (intent.intent) {
      case registry::Intent::end_voice_session:
        is_over_ |= intent.argument == registry::kWholeSession;
        // A typed conversation has no voice session to end, unless all of it is meant.
        if (channel_ == registry::Channel::voice || intent.argument == registry::kWholeSession) {
          pending_end_ = true;
        }
        break;
      case registry::Intent::suppress_audio:
        suppress_audio_ = true;
        break;
      case registry::Intent::suppress_transcript:
        suppress_transcript_ = true;
        break;
      case registry::Intent::set_pending_message:
        pending_message_ = intent.argument;
        break;
      case registry::Intent::transfer_call:
        pending_end_ = true;  // and not over: it goes on here where nobody takes the call
        break;
      case registry::Intent::send_digits:
        break;
    }
  }
}

void StateController::begin_turn() {
  suppress_audio_ = false;
  suppress_transcript_ = false;
}

bool StateController::turn_spoken() {
  if (!pending_end_ || !pending_message_.empty()) return false;
  is_active_ = false;
  return true;
}

std::string StateController::take_pending_message() { return std::exchange(pending_message_, {}); }

}  // namespace callosum::session
