#include "policy/arguments.hpp"

namespace callosum::policy {
namespace {

Verdict refuse_with_hints(const std::vector<registry::SchemaHint>& hints) {
  std::string message = "the arguments do not fit: ";
  json::array list;
  for (const auto& hint : hints) {
    const std::string text = hint.path.empty() ? hint.message : hint.path + ": " + hint.message;
    if (!list.empty()) message += "; ";
    message += text;
    list.push_back(json::object{{"path", hint.path}, {"message", hint.message}});
  }
  auto verdict = refuse(ErrorType::validation, std::move(message));
  verdict.refusal->extra["hints"] = std::move(list);
  return verdict;
}

}  // namespace

std::optional<Verdict> ArgumentsGate::judge(const PreparedCall& call) {
  if (call.arguments_problem) return refuse(*call.arguments_problem);
  const auto& schema = call.tool->input;
  if (!schema || schema->is_valid(call.sent)) return pass();
  return refuse_with_hints(schema->explain(call.sent));
}

}  // namespace callosum::policy
