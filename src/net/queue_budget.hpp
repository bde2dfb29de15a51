#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

namespace callosum::net {

class QueueBudget;

/// Somebody whose queue is part of the budget.
class QueueMember {
 public:
  virtual ~QueueMember() = default;
  /// Asked of the slowest when the budget runs out; from any thread, so it only sets to work. What
  /// it comes to is told to `QueueBudget::has_shed`.
  virtual void shed_soon() = 0;
};

/// One connection's part of the budget. Used on its thread; joins the budget's list once something
/// is queued, so that a connection whose peer keeps up costs nothing.
class QueueShare {
 public:
  QueueShare() = default;
  ~QueueShare();
  QueueShare(const QueueShare&) = delete;
  QueueShare& operator=(const QueueShare&) = delete;

  void join(std::shared_ptr<QueueBudget> budget, QueueMember& member);
  /// Whether so many bytes more are within the budget.
  bool fits(std::size_t more) const;
  void set(std::size_t bytes);

 private:
  friend class QueueBudget;

  std::shared_ptr<QueueBudget> budget_;
  QueueMember* member_ = nullptr;
  std::atomic<std::size_t> held_{0};  // others look for the greatest
  QueueShare* previous_ = nullptr;
  QueueShare* next_ = nullptr;
  bool is_listed_ = false;
};

/// What all connections of a process may hold for readers that are slow: the second bound beside
/// that of each queue. Before it is spent, whoever holds most loses audio, and without audio ends.
/// Thread-safe; no lock where nothing waits.
class QueueBudget {
 public:
  explicit QueueBudget(std::size_t most) : most_(most), relief_at_(most - most / 8) {}

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t most() const { return most_; }
  /// A member that was asked to has done what it could.
  void has_shed() { is_shedding_ = false; }

 private:
  friend class QueueShare;

  void list(QueueShare& share);
  void strike(QueueShare& share);
  void relieve();

  std::atomic<std::size_t> used_{0};
  std::atomic<bool> is_shedding_{false};
  const std::size_t most_;
  const std::size_t relief_at_;
  std::mutex mutex_;  // of the list
  QueueShare* first_ = nullptr;
};

}  // namespace callosum::net
