#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"

namespace callosum::tool::http {

struct BreakerRules {
  int failures = 5;  ///< one after the other
  std::chrono::nanoseconds open_for = std::chrono::seconds(5);
  std::chrono::nanoseconds longest = std::chrono::seconds(60);  ///< doubles up to this
  std::size_t max_entries = 4096;  ///< tenants and backends in trouble; beyond it none is noted
};

/// Spares a backend that fails, and its callers the wait, for one tenant at a time: after some
/// failures in a row nothing is sent for a while, then one call tries. Any thread. Outlives its
/// permits.
class Breaker {
 public:
  explicit Breaker(const BreakerRules& rules = {}) : rules_(rules) {}

  /// Leave to send once. One that goes without a word (its call was cut) counts as neither.
  class Permit {
   public:
    Permit(Breaker& breaker, std::string key, bool is_trial)
        : breaker_(&breaker), key_(std::move(key)), is_trial_(is_trial) {}
    Permit(Permit&& other) noexcept
        : breaker_(std::exchange(other.breaker_, nullptr)),
          key_(std::move(other.key_)),
          is_trial_(other.is_trial_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    void succeeded();
    void failed(SteadyTime now);

   private:
    Breaker* breaker_;
    std::string key_;
    bool is_trial_;
  };

  /// Nothing: not now.
  std::optional<Permit> ask(const std::string& key, SteadyTime now);
  std::size_t size() const;  ///< tenants and backends in trouble

 private:
  struct Entry {
    int failures = 0;
    bool is_open = false;
    bool is_tried = false;
    SteadyTime shut_until;
    SteadyTime last_failure;
    std::chrono::nanoseconds pause{0};
  };

  void note_success(const std::string& key);
  void note_failure(const std::string& key, bool is_trial, SteadyTime now);
  void forget_old(SteadyTime now);
  void end_trial(const std::string& key);

  const BreakerRules rules_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace callosum::tool::http
