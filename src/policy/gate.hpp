#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "policy/prepared_call.hpp"
#include "registry/envelope.hpp"

namespace callosum::policy {

/// A gate's answer: pass, refuse with an error, or answer in the tool's place.
struct Verdict {
  std::optional<Error> refusal;
  json::object extra;  ///< members beside the refusal's message: hints, confirmation_request
  std::optional<registry::Envelope> answer;

  bool passes() const { return !refusal && !answer; }
};

inline Verdict pass() { return {}; }
inline Verdict refuse(ErrorType type, std::string message) {
  Verdict verdict;
  verdict.refusal = fail(type, std::move(message));
  return verdict;
}
inline Verdict answer(registry::Envelope envelope) {
  Verdict verdict;
  verdict.answer = std::move(envelope);
  return verdict;
}

/// One question asked of one call. Knows no other gate; holds no session's state of its own.
class Gate {
 public:
  virtual ~Gate() = default;
  virtual std::string_view name() const = 0;  ///< as the audit writes it
  virtual boost::asio::awaitable<Verdict> ask(const PreparedCall& call) = 0;
};

}  // namespace callosum::policy
