#include "storage/sqlite/query_guard.hpp"

#include <sqlite3.h>

namespace callosum::storage::sqlite {

bool QueryGuard::begin(sqlite3* handle) {
  const std::lock_guard lock(mutex_);
  if (is_cut_short()) return false;
  handle_ = handle;
  return true;
}

void QueryGuard::end() {
  const std::lock_guard lock(mutex_);
  handle_ = nullptr;
}

bool QueryGuard::begin_commit() {
  const std::lock_guard lock(mutex_);
  if (is_cut_short()) return false;
  is_committing_ = true;
  handle_ = nullptr;
  return true;
}

void QueryGuard::interrupt() {
  const std::lock_guard lock(mutex_);
  if (is_committing_) return;
  interrupted_.store(true, std::memory_order_relaxed);
  if (handle_ != nullptr) sqlite3_interrupt(handle_);
}

bool QueryGuard::is_cut_short() const {
  return interrupted_.load(std::memory_order_relaxed) ||
         std::chrono::steady_clock::now() >= give_up_at_;
}

bool QueryGuard::may_have_committed() const {
  const std::lock_guard lock(mutex_);
  return is_committing_;
}

}  // namespace callosum::storage::sqlite
