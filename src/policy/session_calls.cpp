#include "policy/session_calls.hpp"

namespace callosum::policy {

SessionCalls::Known* SessionCalls::find(const std::string& call_id) {
  const auto at = known_.find(call_id);
  return at == known_.end() ? nullptr : &at->second;
}

SessionCalls::Known* SessionCalls::find_or_remember(const std::string& call_id,
                                                    std::string_view arguments_hash) {
  const auto [at, is_new] = known_.try_emplace(call_id);
  if (!is_new) return &at->second;
  at->second.arguments_hash = arguments_hash;
  order_.push_back(&*at);
  if (order_.size() <= kMaxKnown) return nullptr;
  const auto* oldest = order_.front();
  order_.pop_front();
  if (next_to_forget_ > 0) --next_to_forget_;
  if (oldest->second.answer) answer_bytes_ -= oldest->second.answer_bytes;
  known_.erase(known_.find(oldest->first));
  return nullptr;
}

void SessionCalls::answer(const std::string& call_id,
                          std::shared_ptr<const registry::Envelope> envelope, std::size_t bytes) {
  auto* known = find(call_id);
  if (!known || known->is_over) return;
  known->is_over = true;
  known->answer = std::move(envelope);
  known->answer_bytes = bytes;
  answer_bytes_ += bytes;
  for (const auto& waiter : known->waiting) waiter->set();
  known->waiting.clear();
  forget_old_answers();
}

void SessionCalls::forget_old_answers() {
  while (answer_bytes_ > kMaxAnswerBytes && next_to_forget_ < order_.size()) {
    auto& known = order_[next_to_forget_]->second;
    if (!known.is_over) break;  // still running, and those behind it are younger
    ++next_to_forget_;
    answer_bytes_ -= std::exchange(known.answer_bytes, 0);
    known.answer.reset();
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

}  // namespace callosum::policy
