#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/deque.hpp"
#include "policy/questions.hpp"
#include "policy/seen_values.hpp"

namespace callosum::policy {

/// How often each call has been made in a session. Bounded: the oldest are forgotten.
class RepeatedCalls {
 public:
  /// The count of a call, to be raised by whoever lets it pass; 0 for a new one.
  int& times(std::uint64_t call) {
    const auto [at, is_new] = times_.try_emplace(call, 0);
    if (is_new) {
      order_.push_back(call);
      if (order_.size() > kMaxCalls) {
        times_.erase(order_.front());
        order_.pop_front();
      }
    }
    return at->second;
  }
  std::size_t size() const { return times_.size(); }

 private:
  static constexpr std::size_t kMaxCalls = 512;
  std::unordered_map<std::uint64_t, int> times_;
  Deque<std::uint64_t> order_;
};

/// What gates remember of a session beside its calls: belongs to the session's thread.
struct SessionFacts {
  SeenValues seen;
  RepeatedCalls repeated;
  Questions questions;
};

}  // namespace callosum::policy
