#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
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
  /// What a call asks for.
  struct Words {
    std::string_view tool, arguments_hash;
  };
  /// A call id as first seen. `answer` is null while that call still runs, and again (`is_over`)
  /// when it is too old to be kept. Ids and arguments are kept as 64-bit hashes: whoever contrives
  /// that two are alike (the model) is refused a call of its own.
  struct Known {
    std::uint64_t words = 0;
    std::shared_ptr<const registry::Envelope> answer;
    std::vector<std::shared_ptr<async::Event>> waiting;
    std::size_t answer_bytes = 0;
    bool is_over = false;
    bool is_of(const Words& words) const;
  };
  struct Spent {
    int calls = 0;
    int retrieval_calls = 0;
    std::chrono::microseconds tool_time{0};
    std::uint64_t result_bytes = 0;
  };

  /// What is found is there until the next call is remembered.
  Known* find(std::string_view call_id);
  /// Takes note of a call id: null where that is done now, else what was known before.
  Known* find_or_remember(std::string_view call_id, const Words& words);
  /// Keeps the answer (of so many bytes) for the same call asked again, and wakes those who wait.
  void answer(std::string_view call_id, std::shared_ptr<const registry::Envelope> envelope,
              std::size_t bytes);

  /// The call did not happen: the same one may be made again. Wakes those who wait.
  void forget(std::string_view call_id);

  /// What the turn has spent so far; a later turn starts at nothing. A call of an earlier turn that
  /// ends only now does not touch the later one's.
  Spent& spent_in(std::uint64_t turn);
  /// And the session as a whole.
  Spent& spent_in_all() { return spent_in_all_; }
  /// By a call that has run.
  void spend(std::uint64_t turn, std::chrono::microseconds tool_time, std::size_t result_bytes);

  /// What callers are asked; null where nothing is open.
  Questions* questions() {
    return facts_ && facts_->questions.is_open() ? &facts_->questions : nullptr;
  }
  /// The same, open or not; null where nothing ever was remembered.
  Questions* questions_so_far() { return facts_ ? &facts_->questions : nullptr; }
  UntrustedText* untrusted_so_far() { return facts_ ? &facts_->untrusted : nullptr; }
  AnsweredCalls* answered_so_far() { return facts_ ? &facts_->answered : nullptr; }
  /// What else the gates remember of the session. Made when it is first asked for.
  SessionFacts& facts() {
    if (!facts_) facts_ = std::make_unique<SessionFacts>();
    return *facts_;
  }

 private:
  // The oldest are forgotten first: of a call its answer before its id.
  static constexpr std::size_t kMaxKnown = 512;
  static constexpr std::size_t kMaxAnswers = 64;
  static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

  Known& make_room(std::uint64_t id);
  void drop_answer(Known& known);
  void forget_old_answers();

  // Two rings of the last calls, ids apart: looking for one reads them all.
  std::vector<std::uint64_t> ids_;
  std::vector<Known> known_;
  std::uint64_t calls_ = 0;       // so far: the next one's place, modulo kMaxKnown
  Deque<std::uint64_t> answers_;  // of which calls, the oldest answer first
  std::size_t answer_bytes_ = 0;
  std::uint64_t turn_ = 0;
  Spent spent_;
  Spent spent_before_;
  Spent spent_in_all_;
  std::unique_ptr<SessionFacts> facts_;
};

}  // namespace callosum::policy
