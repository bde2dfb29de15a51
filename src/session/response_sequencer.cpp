#include "session/response_sequencer.hpp"

#include <algorithm>

namespace callosum::session {
namespace {

constexpr std::size_t kMaxOpenCalls = 256;  // a client that never answers its own calls

bool has(const std::vector<std::string>& calls, std::string_view id) {
  return std::find(calls.begin(), calls.end(), id) != calls.end();
}

bool take(std::vector<std::string>& calls, std::string_view id) {
  const auto at = std::find(calls.begin(), calls.end(), id);
  if (at == calls.end()) return false;
  calls.erase(at);
  return true;
}

}  // namespace

bool ResponseSequencer::on_created(std::string_view response_id) {
  const bool is_cancelled = create_is_cancelled_;
  active_ = response_id;
  ++responses_;
  forget_create();
  unseen_output_ = false;  // made from everything that was in the conversation by now
  hold_until_.reset();
  given_up_ = is_cancelled ? active_ : std::string();
  return is_cancelled;
}

void ResponseSequencer::on_done(std::string_view response_id, bool cancelled) {
  if (active_ == response_id || active_.empty()) active_.clear();
  if (given_up_ == response_id) given_up_.clear();
  if (cancelled) forget_create();
}

void ResponseSequencer::on_create_refused() {
  // Another response got there first; ours is due again when that one is done.
  unseen_output_ = !create_is_cancelled_;
  forget_create();
}

void ResponseSequencer::on_create_failed() { forget_create(); }

void ResponseSequencer::forget_create() { create_sent_ = create_is_cancelled_ = false; }

void ResponseSequencer::send_create(SteadyTime now, bool ours) {
  create_sent_ = true;
  create_is_ours_ = ours;
  create_is_cancelled_ = false;
  create_until_ = now + kCreatePatience;
  unseen_output_ = false;
  if (ours) {
    ++follow_ups_;
    return;
  }
  follow_ups_ = 0;
  caller_will_create_ = false;
  holds_create_ = false;
}

void ResponseSequencer::on_speech_started(SteadyTime now) {
  is_speaking_ = true;
  create_is_cancelled_ = false;  // the next response may be the answer to this
  hold_until_ = now + kInterruptedHold;
}

void ResponseSequencer::on_speech_stopped(SteadyTime now) {
  is_speaking_ = false;
  hold_until_ = now + kInterruptedHold;
}

void ResponseSequencer::on_speech_dropped() {
  is_speaking_ = false;
  hold_until_.reset();
}

void ResponseSequencer::on_connection_lost(bool holds_create) {
  holds_create_ = holds_create_ || holds_create;
  active_.clear();
  given_up_.clear();
  forget_create();
  is_speaking_ = false;
  hold_until_.reset();
}

void ResponseSequencer::on_call(std::string_view, std::string_view call_id, bool ours) {
  auto& calls = ours ? ours_ : callers_;
  if (!has(calls, call_id)) calls.emplace_back(call_id);
  if (calls.size() > kMaxOpenCalls) calls.erase(calls.begin());
  if (!ours) caller_will_create_ = true;
}

void ResponseSequencer::on_output(std::string_view call_id, bool silent, SteadyTime) {
  if (take(callers_, call_id)) return;  // the caller's own create follows it
  take(ours_, call_id);
  if (!silent) unseen_output_ = true;
}

std::vector<std::string> ResponseSequencer::take_callers_calls() {
  return std::exchange(callers_, {});
}

bool ResponseSequencer::is_waiting_for_caller_output(std::string_view call_id) const {
  return has(callers_, call_id);
}

CreateDecision ResponseSequencer::on_caller_create(bool is_connected, SteadyTime now) {
  if (holds_create_) return CreateDecision::refuse;
  // A caller cannot know of a create of ours that the model has not answered yet, and need not
  // wait for the end of what it has cancelled.
  const bool is_ours_on_its_way = create_sent_ && (create_is_ours_ || create_is_cancelled_);
  if (batch_is_open() || is_ours_on_its_way || !given_up_.empty() || !is_connected) {
    holds_create_ = true;
    return CreateDecision::hold;
  }
  if (!active_.empty() || create_sent_) return CreateDecision::refuse;
  send_create(now, false);
  return CreateDecision::forward;
}

void ResponseSequencer::on_caller_cancel(SteadyTime now) {
  unseen_output_ = false;
  holds_create_ = false;
  hold_until_.reset();
  given_up_ = active_;
  if (!create_sent_) return;
  create_is_cancelled_ = true;
  create_until_ = std::min(create_until_, now + kCancelledPatience);
}

DueCreate ResponseSequencer::take_due(SteadyTime now) {
  if (create_sent_ && now >= create_until_) forget_create();
  if (!active_.empty() || create_sent_ || batch_is_open()) return DueCreate::none;
  if (is_speaking_ || (hold_until_ && now < *hold_until_)) return DueCreate::none;
  if (holds_create_) {
    send_create(now, false);
    return DueCreate::callers;
  }
  if (!owes_response()) return DueCreate::none;
  send_create(now, true);
  return DueCreate::ours;
}

std::optional<SteadyTime> ResponseSequencer::next_look() const {
  if (create_sent_) return create_until_;
  const bool wanted = holds_create_ || owes_response();
  if (!wanted || is_speaking_ || batch_is_open()) return std::nullopt;
  return hold_until_;
}

bool ResponseSequencer::is_quiet(SteadyTime now) const {
  const bool was_just_spoken = hold_until_ && now < *hold_until_;  // a response may follow
  return !is_busy() && callers_.empty() && !is_speaking_ && !was_just_spoken;
}

bool ResponseSequencer::is_between_turns(SteadyTime now) const {
  const bool was_just_spoken = hold_until_ && now < *hold_until_;
  return !has_active_response() && !holds_create_ && !is_speaking_ && !was_just_spoken;
}

bool ResponseSequencer::is_busy() const {
  return !active_.empty() || create_sent_ || batch_is_open() || holds_create_ || owes_response();
}

}  // namespace callosum::session
