#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace callosum::session {

/// Whether a provider is worth asking, as all sessions together know it: one that cannot be had
/// rests for a while, then a single session tries it. Any thread.
class ProviderBreaker {
 public:
  bool is_resting(SteadyTime now) const;
  /// A session asks it. Where its rest was over, the others keep away until it is known what came
  /// of that.
  void on_asked(SteadyTime now);
  void on_served();
  /// It could not be had. True: it rests from now on.
  bool on_failed(ErrorType why, SteadyTime now);
  /// How long the present rest is.
  std::chrono::seconds rest() const;

 private:
  static constexpr int kTolerated = 3;  // failures in a row that may pass by themselves
  static constexpr std::chrono::seconds kFirstRest{10};
  static constexpr std::chrono::seconds kLongestRest{120};
  static constexpr std::chrono::seconds kTrial{10};

  mutable std::mutex mutex_;
  int failures_ = 0;
  bool is_on_trial_ = false;
  std::chrono::seconds rest_{0};  // 0: none
  SteadyTime until_{};
};

/// What one conversation tells a breaker of its chat model, plan by plan. Of the conversation, not
/// of a connection of it, whichever model it has just now.
class PlanReports {
 public:
  /// Null: nobody is told. `was_served`: of the conversation, by any model.
  PlanReports(std::shared_ptr<ProviderBreaker> breaker, std::shared_ptr<bool> was_served)
      : breaker_(std::move(breaker)), was_served_(std::move(was_served)) {}

  /// Told once, and again behind a failure of its own: another one's rest is not ended by it.
  void on_planned();
  /// True: it rests from now on. What models take of this conversation's beginning and no more is
  /// the conversation's own fault, and nobody's rest.
  bool on_failed(ErrorType why, SteadyTime now);

 private:
  const std::shared_ptr<ProviderBreaker> breaker_;
  const std::shared_ptr<bool> was_served_;
  bool has_told_ = false;
};

}  // namespace callosum::session
