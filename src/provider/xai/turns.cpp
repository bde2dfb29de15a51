#include "provider/xai/turns.hpp"

#include <algorithm>

namespace callosum::provider::xai {

bool Turns::ask(Ask ask, SteadyTime now) {
  if (ask.is_utterance) {
    if (waiting_.size() >= kMaxWaiting) return false;
    waiting_.push_back({std::move(ask), now + kPatience});
    return true;
  }
  const bool is_running = is_running_ && !is_running_utterance_;
  const bool is_asked = kept_ || (sent_ && !sent_->is_utterance);
  if (is_running || is_asked || waiting_.size() >= kMaxWaiting) return false;
  if (is_committed_ && now < own_until_) {
    kept_ = std::move(ask);
  } else {
    waiting_.push_back({std::move(ask), now + kPatience});
  }
  return true;
}

void Turns::on_commit(SteadyTime now) {
  is_committed_ = true;
  on_own_response_coming(now);
}

bool Turns::may_go(const Waiting& one, SteadyTime now) const {
  if (now >= one.until) return true;  // whoever asked must hear what becomes of it
  if (is_running_ || sent_ || now < own_until_) return false;
  return !one.ask.is_utterance || !is_speaking_;
}

std::optional<Ask> Turns::take_due(SteadyTime now) {
  if (sent_ && now >= sent_until_) sent_.reset();
  if (now >= own_until_) is_committed_ = false;
  if (kept_ && !is_committed_) {  // there was none
    waiting_.push_front({std::move(*kept_), now + kPatience});
    kept_.reset();
  }
  // An utterance that waits for the user to finish does not hold up the answer.
  const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Waiting& one) { return may_go(one, now); });
  if (at == waiting_.end()) return std::nullopt;
  Ask due = std::move(at->ask);
  waiting_.erase(at);
  sent_ = due;
  sent_until_ = now + kPatience;
  return due;
}

std::optional<SteadyTime> Turns::next_look(SteadyTime now) const {
  if (now < unclaimed_until_) return unclaimed_until_;
  if (kept_) return own_until_;
  if (waiting_.empty()) return std::nullopt;
  SteadyTime next = waiting_.front().until;
  if (sent_) next = std::min(next, sent_until_);
  if (own_until_ > now) next = std::min(next, own_until_);
  return next;
}

bool Turns::claim(SteadyTime now) { return now < std::exchange(unclaimed_until_, {}); }

Ask Turns::on_created() {
  is_running_ = true;
  unclaimed_until_ = is_committed_ && !sent_ && !kept_ ? own_until_ : SteadyTime{};
  // What was sent before is answered before.
  auto& answered = sent_ ? sent_ : kept_;
  if (!sent_) {
    is_committed_ = false;
    own_until_ = {};
  }
  Ask of = answered ? std::move(*answered) : Ask{};
  answered.reset();
  is_running_utterance_ = of.is_utterance;
  return of;
}

std::optional<std::string> Turns::on_error(std::string_view event_id, bool is_about_responses) {
  const bool is_ours =
      sent_ && (event_id.empty() ? is_about_responses : event_id == sent_->event_id);
  if (!is_ours) return std::nullopt;
  auto id = std::move(sent_->event_id);
  sent_.reset();
  return id;
}

std::vector<std::string> Turns::take_outrun() {
  std::vector<std::string> out;
  if (!is_running_ || is_running_utterance_) return out;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->ask.is_utterance) {
      ++at;
      continue;
    }
    out.push_back(std::move(at->ask.event_id));
    at = waiting_.erase(at);
  }
  return out;
}

}  // namespace callosum::provider::xai
