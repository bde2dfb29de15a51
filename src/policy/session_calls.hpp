#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/event.hpp"
#include "registry/envelope.hpp"

namespace callosum::policy {

/// What the gates remember of one session: calls answered, and what the current turn has spent.
/// Belongs to the session's thread; shared by the session and the calls that outlive it.
class SessionCalls {
 public:
  /// A call id as first seen. `answer` is empty while that call still runs; `answered` wakes who
  /// waits for it.
  struct Known {
    std::string arguments_hash;
    std::optional<registry::Envelope> answer;
    std::vector<std::shared_ptr<async::Event>> waiting;
  };
  struct Spent {
    int calls = 0;
    int retrieval_calls = 0;
    std::chrono::microseconds tool_time{0};
    std::uint64_t result_bytes = 0;
  };

  Known* find(const std::string& call_id);
  Known& remember(const std::string& call_id, std::string arguments_hash);
  /// Keeps the answer for the same call asked again, and wakes those who wait for it.
  void answer(const std::string& call_id, const registry::Envelope& envelope);

  /// What the turn has spent so far; a later turn starts at nothing.
  Spent& spent_in(std::uint64_t turn);

 private:
  static constexpr std::size_t kMaxKnown = 4096;  // the oldest are forgotten first

  std::unordered_map<std::string, Known> known_;
  std::deque<std::string> order_;
  std::uint64_t turn_ = 0;
  Spent spent_;
};

}  // namespace callosum::policy
