#pragma once

#include <atomic>
#include <mutex>

#include "base/clock.hpp"

struct sqlite3;

namespace callosum::storage::sqlite {

/// What one query shares with whoever awaits it: how to cut it short, and whether a commit was
/// under way when it was. An interrupt reaches the connection only between `begin` and `end`, so it
/// never hits the next query.
class QueryGuard {
 public:
  /// `give_up_at` is read on the real steady clock: the bound that holds even where nobody
  /// interrupts.
  explicit QueryGuard(SteadyTime give_up_at) : give_up_at_(give_up_at) {}

  /// On the query's thread. False: cut short before it began, so do not run.
  bool begin(sqlite3* handle);
  void end();
  /// From here on the query cannot be cut short. False: it already has been; roll back.
  bool begin_commit();

  /// Any thread, any time, more than once.
  void interrupt();
  bool is_cut_short() const;
  /// After a TIMEOUT: whether the effects may be there all the same.
  bool may_have_committed() const;

 private:
  const SteadyTime give_up_at_;
  std::atomic<bool> interrupted_{false};
  mutable std::mutex mutex_;
  sqlite3* handle_ = nullptr;
  bool is_committing_ = false;
};

}  // namespace callosum::storage::sqlite
