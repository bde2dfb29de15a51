#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "async/event.hpp"
#include "base/deque.hpp"
#include "policy/session_facts.hpp"
#include "registry/envelope.hpp"

namespace callosum::policy {

/// What the gates remember of one session: calls answered, and what the current turn has spent.
/// Belongs to the session's thread; shared by the session and the calls that outlive it.
class SessionCalls {
 public:
  /// A call id as first seen. `answer` is null while that call still runs, and again (`is_over`)
  /// when it is too old to be kept.
  struct Known {
    std::string arguments_hash;
    std::shared_ptr<const registry::Envelope> answer;
    std::vector<std::shared_ptr<async::Event>> waiting;
    std::size_t answer_bytes = 0;
    bool is_over = false;
  };
  struct Spent {
    int calls = 0;
    int retrieval_calls = 0;
    std::chrono::microseconds tool_time{0};
    std::uint64_t result_bytes = 0;
  };

  Known* find(const std::string& call_id);
  /// Takes note of a call id: null where that is done now, else what was known before.
  Known* find_or_remember(const std::string& call_id, std::string_view arguments_hash);
  /// Keeps the answer (of so many bytes) for the same call asked again, and wakes those who wait.
  void answer(const std::string& call_id, std::shared_ptr<const registry::Envelope> envelope,
              std::size_t bytes);

  /// What the turn has spent so far; a later turn starts at nothing. A call of an earlier turn that
  /// ends only now does not touch the later one's.
  Spent& spent_in(std::uint64_t turn);

  /// What else the gates remember of the session. Made when it is first asked for.
  SessionFacts& facts() {
    if (!facts_) facts_ = std::make_unique<SessionFacts>();
    return *facts_;
  }

 private:
  // The oldest are forgotten first: of a call its answer before its id.
  static constexpr std::size_t kMaxKnown = 512;
  static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

  void forget_old_answers();

  std::unordered_map<std::string, Known> known_;
  Deque<std::pair<const std::string, Known>*> order_;  // into `known_`, whose nodes stay
  std::size_t next_to_forget_ = 0;                     // in `order_`: whose answer goes next
  std::size_t answer_bytes_ = 0;
  std::uint64_t turn_ = 0;
  Spent spent_;
  Spent spent_before_;
  std::unique_ptr<SessionFacts> facts_;
};

}  // namespace callosum::policy
