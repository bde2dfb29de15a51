#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace callosum::session {

class SessionSlots;

/// The place of one conversation, given back by its destruction.
class SessionSlot {
 public:
  SessionSlot() = default;
  explicit SessionSlot(SessionSlots* owner) : owner_(owner) {}
  SessionSlot(SessionSlot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  SessionSlot& operator=(SessionSlot&& other) noexcept {
    std::swap(owner_, other.owner_);
    return *this;
  }
  ~SessionSlot();
  explicit operator bool() const { return owner_ != nullptr; }

 private:
  SessionSlots* owner_ = nullptr;
};

/// How many conversations the process may hold at once. One for all threads; outlives its slots.
class SessionSlots {
 public:
  /// Before anybody is let in.
  void limit(std::size_t most) { most_ = most; }
  std::size_t most() const { return most_; }
  /// False where there is no room.
  SessionSlot take() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < most_) return SessionSlot(this);
    give_back();
    return {};
  }
  std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  friend class SessionSlot;
  void give_back() { taken_.fetch_sub(1, std::memory_order_relaxed); }

  std::atomic<std::size_t> taken_{0};
  std::size_t most_ = SIZE_MAX;
};

inline SessionSlot::~SessionSlot() {
  if (owner_) owner_->give_back();
}

}  // namespace callosum::session
