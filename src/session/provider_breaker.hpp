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

/// What one conversation tells a breaker of its chat model, plan by plan.
class PlanReports {
 public:
  /// Null: nobody is told.
  explicit PlanReports(std::shared_ptr<ProviderBreaker> breaker) : breaker_(std::move(breaker)) {}

  /// Told once, and again behind a failure of its own: another one's rest is not ended by it.
  void on_planned();
  /// True: it rests from now on. What a model takes of this conversation's beginning and no more
  /// is the conversation's own fault.
  bool on_failed(ErrorType why, SteadyTime now);

 private:
  const std::shared_ptr<ProviderBreaker> breaker_;
  bool has_told_ = false;
  bool has_served_ = false;
};

}  // namespace callosum::session
