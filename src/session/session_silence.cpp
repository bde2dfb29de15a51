// A conversation in which nobody says anything: it is asked whether somebody is there, and ended.
#include "session/caller_link.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace {

constexpr const char* kStays =
    "The caller spoke before the conversation had ended, so it goes on, and nobody was put "
    "through. "
    "Listen to them. Where they still want it to end, or to be put through, call that tool again.";

}  // namespace

/// Since nothing has been said, done or heard: what was sent last takes its time to play.
SteadyTime Session::quiet_since() const { return std::max(moved_at_, plays_until_); }

SteadyTime Session::next_silence_look() const {
  return is_ending_ ? SteadyTime::max() : silence_.due(quiet_since());
}

bool Session::is_all_quiet(SteadyTime now) const {
  const bool says_something =
      creates_.has_open_out_of_band() || !creates_.unanswered_out_of_band().empty();
  return is_connected_ && state_.is_active() && sequencer_.is_quiet(now) && pending_.empty() &&
         waiting_.empty() && !says_something;
}

void Session::keep_silence() {
  const auto now = parts_.time.now();
  if (now < next_silence_look()) return;
  moved_at_ = now;
  // A goodbye that is not said by now will not be.
  const bool is_quiet = is_all_quiet(now) || is_left_silent_;
  if (!is_quiet) return;
  switch (silence_.take()) {
    case SilenceWatch::Step::prompt:
      if (auto* questions = calls_->questions()) questions->something_else_asked();
      note_questions();
      return say_beside(silence_.rule().prompt);
    case SilenceWatch::Step::goodbye:
      is_left_silent_ = true;
      state_.leave(silence_.rule().goodbye);
      return turn_is_over();
    case SilenceWatch::Step::end:
      return end(1000, std::string(kNobodySpeaks));
  }
}

/// The caller speaks while the conversation was about to end. Who has heard all but the last of the
/// goodbye has been told goodbye.
void Session::stay() {
  const bool was_silent = std::exchange(is_left_silent_, false);
  if (!state_.pending_end_voice_session()) return;
  const bool is_told = !sequencer_.is_busy() && !has_goodbye_to_say() && is_nearly_heard();
  if (!was_silent && is_told) return;
  state_.stay();
  goodbye_event_.clear();
  ends_at_ = SteadyTime::max();
  if (was_silent) return;
  caller_->transfer_to("");
  add_and_tell("system", kStays);
}

bool Session::has_goodbye_to_say() const {
  return state_.has_pending_message() || !goodbye_event_.empty();
}

/// Why a conversation that ends as it should does so.
std::string Session::last_words() const {
  return is_left_silent_ ? std::string(kNobodySpeaks) : "conversation ended";
}

/// Words of ours outside the conversation, of which the model is told that it has said them.
void Session::say_beside(const std::string& words) {
  reply_audio_chars_ = 0;
  add_and_tell("assistant", words);
  const auto event_id = next_event_id();
  creates_.send_out_of_band({event_id, "", false, "", {}, {}});
  model_->request_playback_utterance(words, event_id);
}

}  // namespace callosum::session
