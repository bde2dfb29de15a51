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

void ResponseSequencer::on_created(std::string_view response_id, bool out_of_band) {
  if (out_of_band) return;
  active_ = response_id;
  ++responses_;
  create_sent_ = false;
  unseen_output_ = false;  // made from everything that was in the conversation by now
  hold_until_.reset();
}

void ResponseSequencer::on_done(std::string_view response_id, bool cancelled) {
  if (active_ == response_id || active_.empty()) active_.clear();
  if (cancelled) create_sent_ = false;
}

void ResponseSequencer::on_create_refused() {
  // Another response got there first; ours is due again when that one is done.
  create_sent_ = false;
  unseen_output_ = true;
}

void ResponseSequencer::on_create_failed() { create_sent_ = false; }

void ResponseSequencer::send_create(SteadyTime now, bool ours) {
  create_sent_ = true;
  create_is_ours_ = ours;
  create_sent_at_ = now;
  unseen_output_ = false;
}

void ResponseSequencer::on_speech_started(SteadyTime now) {
  is_speaking_ = true;
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

void ResponseSequencer::on_connection_lost() {
  active_.clear();
  create_sent_ = false;
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

CreateDecision ResponseSequencer::on_caller_create(bool out_of_band, std::string text,
                                                   SteadyTime now) {
  if (out_of_band) return CreateDecision::forward;
  // A caller cannot know of a create of ours that the model has not answered yet.
  if (batch_is_open() || (create_sent_ && create_is_ours_)) {
    held_ = std::move(text);
    return CreateDecision::hold;
  }
  if (!active_.empty() || create_sent_) return CreateDecision::refuse;
  send_create(now, false);
  caller_will_create_ = false;
  held_.reset();
  return CreateDecision::forward;
}

void ResponseSequencer::on_caller_cancel(SteadyTime) {
  unseen_output_ = false;
  held_.reset();
  hold_until_.reset();
}

std::optional<std::string> ResponseSequencer::take_due(SteadyTime now) {
  if (create_sent_ && now >= create_sent_at_ + kCreatePatience) create_sent_ = false;
  if (!active_.empty() || create_sent_ || batch_is_open()) return std::nullopt;
  if (is_speaking_ || (hold_until_ && now < *hold_until_)) return std::nullopt;
  if (held_) {
    auto text = std::move(*held_);
    held_.reset();
    send_create(now, false);
    caller_will_create_ = false;
    return text;
  }
  if (!unseen_output_ || caller_will_create_) return std::nullopt;
  send_create(now, true);
  return std::string();
}

std::optional<SteadyTime> ResponseSequencer::next_look() const {
  if (create_sent_) return create_sent_at_ + kCreatePatience;
  const bool wanted = held_ || (unseen_output_ && !caller_will_create_);
  if (!wanted || is_speaking_ || batch_is_open()) return std::nullopt;
  return hold_until_;
}

bool ResponseSequencer::is_quiet(SteadyTime now) const {
  const bool was_just_spoken = hold_until_ && now < *hold_until_;  // a response may follow
  return !is_busy() && callers_.empty() && !is_speaking_ && !was_just_spoken;
}

bool ResponseSequencer::is_busy() const {
  return !active_.empty() || create_sent_ || batch_is_open() || held_ ||
         (unseen_output_ && !caller_will_create_);
}

}  // namespace callosum::session
