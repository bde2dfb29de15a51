#include "policy/loop_breaker.hpp"

#include "policy/session_facts.hpp"

namespace callosum::policy {
namespace {

std::uint64_t identity_of(const PreparedCall& call) {
  const std::hash<std::string_view> hash;
  // The arguments are a SHA-256 already; who finds two calls of one identity is refused too early.
  return hash(call.tool->name) * 0x9E3779B97F4A7C15ULL ^ hash(call.arguments_hash);
}

}  // namespace

std::optional<Verdict> LoopBreakerGate::judge(const PreparedCall& call) {
  // What is confirmed by more than words runs once for each time that the caller does so; asking
  // again before that asks the caller nothing new.
  if (call.tool->poll || call.confirmation() == registry::Confirmation::strong) return pass();
  const bool is_confirmed =
      call.confirmation() != registry::Confirmation::none && !call.confirmation_token.empty();
  if (is_confirmed) return pass();
  auto& times = call.calls.facts().repeated.times(identity_of(call), call.context.turn);
  if (times >= most_) {
    return refuse(ErrorType::budget_exceeded,
                  "this very question was asked before and its answer stands; use that, ask it "
                  "differently, or ask the caller what to do next");
  }
  ++times;
  return pass();
}

}  // namespace callosum::policy
