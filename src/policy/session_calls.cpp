#include "policy/session_calls.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace callosum::policy {

namespace {

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
std::uint64_t hash_of(const SessionCalls::Words& words) {
  return hash_of(words.tool) * 31 + hash_of(words.arguments_hash);
}

}  // namespace

bool SessionCalls::Known::is_of(const Words& asked) const { return words == hash_of(asked); }

SessionCalls::Known* SessionCalls::find(std::string_view call_id) {
  const auto at = std::find(ids_.begin(), ids_.end(), hash_of(call_id));
  return at == ids_.end() ? nullptr : &known_[static_cast<std::size_t>(at - ids_.begin())];
}

SessionCalls::Known* SessionCalls::find_or_remember(std::string_view call_id, const Words& words) {
  if (auto* known = find(call_id)) return known;
  make_room(hash_of(call_id)).words = hash_of(words);
  return nullptr;
}

/// An empty place for the newest call: the oldest one's, once all are taken.
SessionCalls::Known& SessionCalls::make_room(std::uint64_t id) {
  const auto at = static_cast<std::size_t>(calls_++ % kMaxKnown);
  if (at == known_.size()) {
    ids_.push_back(id);
    return known_.emplace_back();
  }
  ids_[at] = id;
  auto& known = known_[at];
  drop_answer(known);
  for (const auto& waiter : known.waiting) waiter->set();
  known = {};
  return known;
}

void SessionCalls::drop_answer(Known& known) {
  answer_bytes_ -= std::exchange(known.answer_bytes, 0);
  known.answer.reset();
}

void SessionCalls::answer(std::string_view call_id,
                          std::shared_ptr<const registry::Envelope> envelope, std::size_t bytes) {
  auto* known = find(call_id);
  if (!known || known->is_over) return;
  known->is_over = true;
  known->answer = std::move(envelope);
  known->answer_bytes = bytes;
  answer_bytes_ += bytes;
  const auto at = static_cast<std::uint64_t>(known - known_.data());
  const auto newest = (calls_ - 1) % kMaxKnown;
  const auto age = (newest + kMaxKnown - at) % kMaxKnown;
  answers_.push_back(calls_ - 1 - age);
  for (const auto& waiter : known->waiting) waiter->set();
  known->waiting.clear();
  forget_old_answers();
}

void SessionCalls::forget(std::string_view call_id) {
  auto* known = find(call_id);
  if (!known || known->is_over) return;
  ids_[static_cast<std::size_t>(known - known_.data())] = 0;
  for (const auto& waiter : std::exchange(known->waiting, {})) waiter->set();
}

void SessionCalls::forget_old_answers() {
  while (!answers_.empty() && (answers_.size() > kMaxAnswers || answer_bytes_ > kMaxAnswerBytes)) {
    const auto call = answers_.front();
    answers_.pop_front();
    const bool is_there = call + kMaxKnown >= calls_;
    if (is_there) drop_answer(known_[static_cast<std::size_t>(call % kMaxKnown)]);
  }
}

SessionCalls::Spent& SessionCalls::spent_in(std::uint64_t turn) {
  if (turn < turn_) return spent_before_;
  if (turn > turn_) {
    turn_ = turn;
    spent_before_ = std::exchange(spent_, {});
  }
  return spent_;
}

void SessionCalls::spend(std::uint64_t turn, std::chrono::microseconds tool_time,
                         std::size_t result_bytes) {
  for (auto* spent : {&spent_in(turn), &spent_in_all_}) {
    spent->tool_time += tool_time;
    spent->result_bytes += result_bytes;
  }
}

}  // namespace callosum::policy
