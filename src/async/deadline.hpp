#pragma once

#include <algorithm>
#include <chrono>

#include "async/time_source.hpp"

namespace callosum::async {

/// The moment by which something must have ended. Made at the edge, passed down, only ever
/// shortened.
class Deadline {
 public:
  static Deadline after(TimeSource& time, std::chrono::nanoseconds span) {
    return Deadline(time, time.now() + span);
  }
  static Deadline at(TimeSource& time, SteadyTime when) { return Deadline(time, when); }
  /// For a wait that another part bounds (a session's own end). Say at the call which.
  static Deadline none(TimeSource& time) { return Deadline(time, SteadyTime::max()); }

  SteadyTime at() const { return at_; }
  TimeSource& time() const { return *time_; }
  bool passed() const { return time_->now() >= at_; }
  std::chrono::nanoseconds left() const {
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(at_ - time_->now()));
  }
  Deadline sooner(SteadyTime when) const { return Deadline(*time_, std::min(at_, when)); }
  Deadline sooner(Deadline other) const { return sooner(other.at_); }
  Deadline within(std::chrono::nanoseconds span) const { return sooner(time_->now() + span); }

 private:
  Deadline(TimeSource& time, SteadyTime when) : time_(&time), at_(when) {}

  TimeSource* time_;
  SteadyTime at_;
};

}  // namespace callosum::async
