#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "base/deque.hpp"
#include "policy/answered_calls.hpp"
#include "policy/due_words.hpp"
#include "policy/questions.hpp"
#include "policy/seen_values.hpp"
#include "policy/untrusted_text.hpp"

namespace callosum::policy {

/// How often each call has been made lately: one that has not been made for a few turns begins
/// anew, since a caller may honestly ask again. Bounded: the oldest are forgotten.
class RepeatedCalls {
 public:
  /// The count of a call, to be raised by whoever lets it pass; 0 for a new one.
  int& times(std::uint64_t call, std::uint64_t turn) {
    const auto [at, is_new] = times_.try_emplace(call);
    auto& times = at->second;
    if (turn > times.turn + kQuietTurns) times.count = 0;
    times.turn = std::max(times.turn, turn);
    if (is_new) {
      order_.push_back(call);
      if (order_.size() > kMaxCalls) {
        times_.erase(order_.front());
        order_.pop_front();
      }
    }
    return times.count;
  }
  std::size_t size() const { return times_.size(); }

 private:
  struct Times {
    int count = 0;
    std::uint64_t turn = 0;  // of the latest
  };
  static constexpr std::size_t kMaxCalls = 512;
  static constexpr std::uint64_t kQuietTurns = 3;
  std::unordered_map<std::uint64_t, Times> times_;
  Deque<std::uint64_t> order_;
};

/// What gates remember of a session beside its calls: belongs to the session's thread.
struct SessionFacts {
  SeenValues seen;
  DueWords due_words;
  RepeatedCalls repeated;
  Questions questions;
  UntrustedText untrusted;
  AnsweredCalls answered;
  bool has_ears = true;  ///< what the caller says comes here, and may be a yes
};

}  // namespace callosum::policy
