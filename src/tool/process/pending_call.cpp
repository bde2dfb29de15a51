#include "tool/process/pending_call.hpp"

#include <boost/asio/post.hpp>

namespace callosum::tool::process {

void PendingCall::abandon() {
  const std::lock_guard lock(mutex_);
  is_abandoned_ = true;
  waiter_ = nullptr;
}

bool PendingCall::is_abandoned() const {
  const std::lock_guard lock(mutex_);
  return is_abandoned_;
}

void PendingCall::complete(Result<json::value> answer) {
  // Under the lock: who abandons the call may end its executor right after.
  const std::lock_guard lock(mutex_);
  if (is_abandoned_) return;
  auto hand_over = [self = shared_from_this(), answer = std::move(answer)]() mutable {
    if (self->waiter_ == nullptr) return;
    self->answer_ = std::move(answer);
    self->waiter_->set();
  };
  boost::asio::post(executor_, std::move(hand_over));
}

}  // namespace callosum::tool::process
