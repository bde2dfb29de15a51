#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policy/prepared_call.hpp"
#include "registry/envelope.hpp"

namespace callosum::policy {

struct Refusal {
  Error error;
  json::object extra;  ///< members beside the message: hints, confirmation_request
};

/// A gate's answer: pass (neither is set), refuse with an error, or answer in the tool's place.
struct Verdict {
  std::unique_ptr<Refusal> refusal;
  std::shared_ptr<const registry::Envelope> answer;
  bool is_again = false;       ///< `answer` was given to this very call before
  std::string_view consent{};  ///< of a pass: whose yes it stands on, as the audit writes it
  std::string agreed_by{};     ///< whoever gave it, where that is on record

  bool passes() const { return !refusal && !answer; }
};

inline Verdict pass() { return {}; }
inline Verdict refuse(Error error) {
  Verdict verdict;
  verdict.refusal = std::make_unique<Refusal>();
  verdict.refusal->error = std::move(error);
  return verdict;
}
inline Verdict refuse(ErrorType type, std::string message) {
  return refuse(fail(type, std::move(message)));
}
inline Verdict answer(std::shared_ptr<const registry::Envelope> envelope, bool is_again = false) {
  Verdict verdict;
  verdict.is_again = is_again;
  verdict.answer = std::move(envelope);
  return verdict;
}

/// One question asked of one call. Knows no other gate; holds no session's state of its own.
class Gate {
 public:
  virtual ~Gate() = default;
  virtual std::string_view name() const = 0;  ///< as the audit writes it
  /// Its answer, where it has one without waiting: a gate overrides this, or `ask`, or both.
  virtual std::optional<Verdict> judge(const PreparedCall&) { return std::nullopt; }
  /// Whether what it refuses, or waits for, is another call of the same id, whose answer this one
  /// must not become.
  virtual bool minds_call_ids() const { return false; }
  virtual boost::asio::awaitable<Verdict> ask(const PreparedCall& call) {
    auto verdict = judge(call);
    co_return verdict ? std::move(*verdict) : refuse(ErrorType::internal, "");
  }
};

}  // namespace callosum::policy
