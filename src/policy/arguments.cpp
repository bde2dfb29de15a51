#include "policy/arguments.hpp"

namespace callosum::policy {
namespace {

/// The schema describes what a model may send; bound parameters were put in afterwards.
json::object without_bound(const PreparedCall& call) {
  json::object sent = call.arguments;
  for (const auto& binding : call.tool->bind) sent.erase(binding.parameter);
  return sent;
}

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
  verdict.extra["hints"] = std::move(list);
  return verdict;
}

}  // namespace

boost::asio::awaitable<Verdict> ArgumentsGate::ask(const PreparedCall& call) {
  if (call.arguments_problem) {
    Verdict verdict;
    verdict.refusal = call.arguments_problem;
    co_return verdict;
  }
  const auto& schema = call.tool->input;
  if (!schema) co_return pass();
  if (call.tool->bind.empty()) {
    const json::value value(call.arguments);
    if (schema->is_valid(value)) co_return pass();
    co_return refuse_with_hints(schema->explain(value));
  }
  const json::value value(without_bound(call));
  if (schema->is_valid(value)) co_return pass();
  co_return refuse_with_hints(schema->explain(value));
}

}  // namespace callosum::policy
