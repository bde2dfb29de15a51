#include "session/provider_breaker.hpp"

#include <algorithm>

namespace callosum::session {

bool ProviderBreaker::is_resting(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return rest_.count() > 0 && now < until_;
}

void ProviderBreaker::on_asked(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (rest_.count() == 0 || now < until_) return;
  is_on_trial_ = true;
  until_ = now + kTrial;
}

void ProviderBreaker::on_served() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  is_on_trial_ = false;
  rest_ = {};
}

bool ProviderBreaker::on_failed(ErrorType why, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const bool may_pass =
      why == ErrorType::transient || why == ErrorType::timeout || why == ErrorType::validation;
  failures_ = std::min(failures_ + 1, kTolerated);
  if (may_pass && failures_ < kTolerated) return false;
  const bool rests_already = rest_.count() > 0 && now < until_ && !is_on_trial_;
  if (rests_already) return false;  // of a session that had asked before
  rest_ = std::clamp(rest_ * 2, kFirstRest, kLongestRest);
  until_ = now + rest_;
  is_on_trial_ = false;
  return true;
}

std::chrono::seconds ProviderBreaker::rest() const {
  const std::lock_guard lock(mutex_);
  return rest_;
}

void PlanReports::on_planned() {
  *was_served_ = true;
  if (breaker_ && !std::exchange(has_told_, true)) breaker_->on_served();
}

bool PlanReports::on_failed(ErrorType why, SteadyTime now) {
  const bool is_its_own = why == ErrorType::validation && *was_served_;
  if (!breaker_ || is_its_own) return false;
  has_told_ = false;
  return breaker_->on_failed(why, now);
}

}  // namespace callosum::session
