#include "policy/budget.hpp"

namespace callosum::policy {
namespace {

using Spent = SessionCalls::Spent;

/// Why this turn may spend no more; empty: it may.
std::string_view what_turn_lacks(const TurnLimits& limits, const Spent& spent, bool is_retrieval) {
  if (spent.calls >= limits.calls ||
      (is_retrieval && spent.retrieval_calls >= limits.retrieval_calls)) {
    return "enough was looked up for one question; answer with what there is, or ask the caller "
           "what to do next";
  }
  if (limits.turn_time.count() > 0 && spent.tool_time >= limits.turn_time) {
    return "the tools have used up this turn's time; answer with what there is";
  }
  if (limits.turn_bytes > 0 && spent.result_bytes >= limits.turn_bytes) {
    return "enough was read for one question; answer with what there is";
  }
  return {};
}

std::string_view what_session_lacks(const SessionLimits& limits, const Spent& spent) {
  const bool is_over = (limits.calls > 0 && spent.calls >= limits.calls) ||
                       (limits.tool_time.count() > 0 && spent.tool_time >= limits.tool_time) ||
                       (limits.bytes > 0 && spent.result_bytes >= limits.bytes);
  if (!is_over) return {};
  return "this conversation has used up what its tools may do; say so, and offer to take a message";
}

}  // namespace

std::optional<Verdict> BudgetGate::judge(const PreparedCall& call) {
  const auto& limits = limits_[registry::limit_set_of(call.context)];
  auto& spent = call.calls.spent_in(call.context.turn);
  auto& in_all = call.calls.spent_in_all();
  const bool is_retrieval = call.tool->category == registry::Category::retrieval;
  auto lacks = what_turn_lacks(limits.turn, spent, is_retrieval);
  if (lacks.empty()) lacks = what_session_lacks(limits.session, in_all);
  if (!lacks.empty()) return refuse(ErrorType::budget_exceeded, std::string(lacks));
  for (auto* each : {&spent, &in_all}) {
    ++each->calls;
    if (is_retrieval) ++each->retrieval_calls;
  }
  return pass();
}

}  // namespace callosum::policy
