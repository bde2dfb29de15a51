#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline/executor.hpp"

namespace callosum::api {

/// What calls over HTTP have spent of late: a conversation has turns to count by, these have ten
/// seconds. One thread's.
class CallWindows {
 public:
  static constexpr std::int64_t kWindowMs = 10'000;

  /// `most`: of whom; beyond it the least recently used goes.
  explicit CallWindows(std::size_t most) : most_(most) {}

  /// Of the window that runs at this time and knows nothing of the ones before.
  std::shared_ptr<policy::SessionCalls> fresh(const std::string& whose, std::int64_t now_ms);
  /// Of all windows of a session: a call's id stays that call's, what has come up has come up. Only
  /// what is counted begins again, by the turn (`number_at`) and here by the loop breaker.
  std::shared_ptr<policy::SessionCalls> lasting(const std::string& whose, std::int64_t now_ms);
  static std::uint64_t number_at(std::int64_t now_ms) {
    return static_cast<std::uint64_t>(now_ms / kWindowMs);
  }

 private:
  struct Window {
    std::string whose;
    std::uint64_t number = 0;
    std::shared_ptr<policy::SessionCalls> calls;
  };
  Window& of(const std::string& whose);

  const std::size_t most_;
  std::list<Window> windows_;  // the latest used first
  std::unordered_map<std::string_view, std::list<Window>::iterator> by_whose_;
};

/// Whether this call, with these arguments, only looks something up.
bool is_reading(const pipeline::CallRequest& request);

}  // namespace callosum::api
