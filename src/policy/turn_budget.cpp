#include "policy/turn_budget.hpp"

namespace callosum::policy {

std::optional<Verdict> TurnBudgetGate::judge(const PreparedCall& call) {
  const auto& limits = limits_[static_cast<std::size_t>(call.context.channel)];
  auto& spent = call.calls.spent_in(call.context.turn);
  const bool is_retrieval = call.tool->category == registry::Category::retrieval;
  if (spent.calls >= limits.calls ||
      (is_retrieval && spent.retrieval_calls >= limits.retrieval_calls)) {
    return refuse(ErrorType::budget_exceeded,
                  "enough was looked up for one question; answer with what there is, or ask the "
                  "caller what to do next");
  }
  if (limits.turn_time.count() > 0 && spent.tool_time >= limits.turn_time) {
    return refuse(ErrorType::budget_exceeded, "the tools have used up this turn's time");
  }
  ++spent.calls;
  if (is_retrieval) ++spent.retrieval_calls;
  return pass();
}

}  // namespace callosum::policy
