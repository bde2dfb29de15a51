#pragma once

#include <cstdint>
#include <string>

#include "registry/envelope.hpp"
#include "registry/words.hpp"

namespace callosum::session {

/// What tools may ask of a session, and what it has agreed to. The channel is given at join and
/// never inferred.
class StateController {
 public:
  explicit StateController(registry::Channel channel) : channel_(channel) {}

  /// Applies the intents of an ok envelope; those of a failed one are ignored.
  void apply(const registry::Envelope& envelope);
  /// A new turn: suppression ends with the turn that asked for it.
  void begin_turn();
  /// The current turn has been spoken. True: the session ends now (END_VOICE_SESSION after
  /// current_turn).
  bool turn_spoken();
  void end() { is_active_ = false; }
  /// Nobody is there: it ends as if a tool had asked for it, once this was said.
  void leave(std::string last_words) {
    pending_end_ = true;
    pending_message_ = std::move(last_words);
  }
  /// Somebody is there who wants to be heard: what was to end it is taken back.
  void stay() {
    pending_end_ = is_over_ = false;
    pending_message_.clear();
  }

  registry::Channel channel() const { return channel_; }
  bool is_active() const { return is_active_; }
  bool pending_end_voice_session() const { return pending_end_; }
  /// All of the conversation was to end, not just this connection: nobody goes on with it.
  bool is_over() const { return is_over_; }
  bool should_suppress_audio() const { return suppress_audio_; }
  bool should_suppress_transcript() const { return suppress_transcript_; }
  /// Taken once: what is said before the session ends.
  std::string take_pending_message();
  bool has_pending_message() const { return !pending_message_.empty(); }

 private:
  registry::Channel channel_;
  bool is_active_ = true;
  bool pending_end_ = false;
  bool is_over_ = false;
  bool suppress_audio_ = false;
  bool suppress_transcript_ = false;
  std::string pending_message_;
};

}  // namespace callosum::session
