#include "net/queue_budget.hpp"

namespace callosum::net {

QueueShare::~QueueShare() {
  if (!budget_) return;
  set(0);
  if (is_listed_) budget_->strike(*this);
}

void QueueShare::join(std::shared_ptr<QueueBudget> budget, QueueMember& member) {
  budget_ = std::move(budget);
  member_ = &member;
}

bool QueueShare::fits(std::size_t more) const {
  return !budget_ || budget_->used() + more <= budget_->most_;
}

void QueueShare::set(std::size_t bytes) {
  const std::size_t held = held_.load(std::memory_order_relaxed);
  if (!budget_ || bytes == held) return;
  held_.store(bytes, std::memory_order_relaxed);
  if (bytes < held) {
    budget_->used_.fetch_sub(held - bytes, std::memory_order_relaxed);
    return;
  }
  const std::size_t more = bytes - held;
  const std::size_t used = budget_->used_.fetch_add(more, std::memory_order_relaxed) + more;
  if (!is_listed_) budget_->list(*this);
  if (used > budget_->relief_at_) budget_->relieve();
}

void QueueBudget::list(QueueShare& share) {
  const std::scoped_lock lock(mutex_);
  share.is_listed_ = true;
  share.next_ = first_;
  if (first_) first_->previous_ = &share;
  first_ = &share;
}

void QueueBudget::strike(QueueShare& share) {
  const std::scoped_lock lock(mutex_);
  (share.previous_ ? share.previous_->next_ : first_) = share.next_;
  if (share.next_) share.next_->previous_ = share.previous_;
}

/// One at a time: the next look is at what the one before has left.
void QueueBudget::relieve() {
  if (is_shedding_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);
  QueueShare* slowest = nullptr;
  std::size_t most = 0;
  for (auto* share = first_; share; share = share->next_) {
    const auto held = share->held_.load(std::memory_order_relaxed);
    if (held <= most) continue;
    most = held;
    slowest = share;
  }
  if (slowest) return slowest->member_->shed_soon();
  is_shedding_ = false;
}

}  // namespace callosum::net
