// What keeps to the ear's time, not to the wire's: a line while a tool is slow, and tools that end
// the conversation only once what was said before them has been heard.
#include "session/session.hpp"

namespace callosum::session {

namespace {

/// In the place of a response's id, of calls whose response is over: no provider's.
constexpr const char* kHeard = "(heard)";

}  // namespace

SteadyTime Session::next_pace_look() const {
  auto next = SteadyTime::max();
  for (const auto& [key, call] : pending_) next = std::min(next, call.filler_at);
  for (const auto& call : waiting_) next = std::min(next, call.heard_at);
  return next;
}

void Session::keep_pace() {
  const auto now = parts_.time.now();
  release_heard(now);
  const PendingCall* slow = nullptr;
  for (auto& [key, call] : pending_) {
    if (call.filler_at > now) continue;
    slow = &call;
    call.filler_at = SteadyTime::max();
  }
  if (slow) say_filler(slow->filler);
}

/// Once it takes longer than it usually does, here.
SteadyTime Session::filler_due(const registry::ToolSpec& tool) const {
  std::optional<UsualTimes::Usual> usual;
  if (parts_.usual_times) usual = parts_.usual_times->find(context_->tenant_id, tool.name);
  return parts_.time.now() + filler_time(tool.filler_after, usual);
}

/// What was refused, or is known already, says nothing of how long it takes.
void Session::note_time(const PendingCall& call, const registry::Envelope& envelope) {
  const bool has_run =
      envelope.ok() ? !envelope.meta.cached : envelope.error->type == ErrorType::timeout;
  if (!parts_.usual_times || !has_run || call.name.empty()) return;
  const auto took = parts_.time.now() - call.started;
  parts_.usual_times->note(context_->tenant_id, call.name,
                           std::chrono::duration_cast<std::chrono::milliseconds>(took));
}

/// One line a turn, where nobody speaks and nothing is still being heard.
void Session::say_filler(std::string_view line) {
  const bool is_spoken = context_->channel == registry::Channel::voice;
  const bool has_had_one = filler_turn_ == context_->turn;
  if (!is_spoken || has_had_one || !is_connected_ || is_ending_) return;
  if (!state_.is_active() || state_.should_suppress_audio()) return;
  if (!sequencer_.may_speak_beside() || unheard(parts_.time.now()).count() > 0) return;
  filler_turn_ = context_->turn;
  filler_ = {next_event_id(), "", false};
  creates_.send_out_of_band({filler_.event_id, "", false, "", {}, {}});
  model_->request_playback_utterance(line, filler_.event_id);
}

/// A later response gives way to the result of an earlier one's call.
void Session::interrupt_for_result(const PendingCall& call) {
  const auto& active = sequencer_.active_response();
  if (active.empty() || sequencer_.responses() == call.made_in || !is_connected_) return;
  if (cut_for_result_ == active) return;
  cut_for_result_ = active;
  to_model(realtime::encode_response_cancel(next_event_id(), active));
}

void Session::on_filler_began(std::string_view response_id) {
  filler_.response_id = response_id;
  if (std::exchange(filler_.is_cut, false)) cut_filler();
}

/// The answer is there, or the caller speaks: nobody needs to hear the rest of it.
void Session::cut_filler() {
  if (filler_.event_id.empty() || filler_.is_cut) return;
  filler_.is_cut = true;
  if (filler_.response_id.empty()) return;  // it is cut once it has a name
  to_model(realtime::encode_response_cancel(next_event_id(), filler_.response_id));
}

/// Ours, so the caller's program is not told.
void Session::on_utterance_refused(const Create& create, const realtime::ErrorInfo& error) {
  parts_.log.warn("provider_error", {{"session_id", id()},
                                     {"code", error.code},
                                     {"message", error.message},
                                     {"param", error.param}});
  if (create.event_id == filler_.event_id) filler_ = {};
  if (create.event_id != goodbye_event_) return;
  goodbye_event_.clear();
  end(1000, last_words());  // without
}

/// Whether a call whose response is over has to wait for the ear.
bool Session::wait_until_heard(WaitingCall& call) {
  const auto now = parts_.time.now();
  const auto left = unheard(now);
  if (!call.is_terminal || left.count() == 0) return false;
  call.response_id.clear();
  call.heard_at = now + left;
  look_again();
  return true;
}

/// Those that need wait no longer.
void Session::release_heard(SteadyTime now) {
  for (auto& call : waiting_) {
    if (call.heard_at <= now) call.response_id = kHeard;
  }
  release_waiting(kHeard, true);
}

/// A caller who speaks before the end has not been told goodbye.
void Session::cancel_unheard() {
  for (auto& call : waiting_) {
    if (call.heard_at != SteadyTime::max()) call.response_id = kHeard;
  }
  release_waiting(kHeard, false);
}

}  // namespace callosum::session
