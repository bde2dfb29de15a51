#include "policy/session_calls.hpp"

namespace callosum::policy {

SessionCalls::Known* SessionCalls::find(const std::string& call_id) {
  const auto at = known_.find(call_id);
  return at == known_.end() ? nullptr : &at->second;
}

SessionCalls::Known& SessionCalls::remember(const std::string& call_id,
                                            std::string arguments_hash) {
  if (order_.size() >= kMaxKnown) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(call_id);
  auto& known = known_[call_id];
  known.arguments_hash = std::move(arguments_hash);
  return known;
}

void SessionCalls::answer(const std::string& call_id, const registry::Envelope& envelope) {
  auto* known = find(call_id);
  if (!known || known->answer) return;
  known->answer = envelope;
  for (const auto& waiter : known->waiting) waiter->set();
  known->waiting.clear();
}

SessionCalls::Spent& SessionCalls::spent_in(std::uint64_t turn) {
  if (turn != turn_) {
    turn_ = turn;
    spent_ = {};
  }
  return spent_;
}

}  // namespace callosum::policy
