#include "policy/chain.hpp"

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "policy/session_facts.hpp"

namespace callosum::policy {
namespace {

using registry::ToolSpec;
using Names = std::vector<std::string_view>;

/// What a model may give to both; what the gateway binds is the same in every call anyway.
Names shared_arguments(const ToolSpec& tool, const ToolSpec& required) {
  Names names;
  const auto* ours = find_object(tool.input_schema, "properties");
  const auto* theirs = find_object(required.input_schema, "properties");
  if (!ours || !theirs) return names;
  for (const auto& member : *ours) {
    if (theirs->contains(member.key())) names.push_back(member.key());
  }
  return names;
}

std::string spoken(const json::value& value) {
  constexpr std::size_t kLongest = 40;
  const auto text = value.is_string() ? std::string(value.get_string()) : canonical_json(value);
  return std::string(cut_utf8(text, kLongest));
}

Verdict refuse_out_of_order(const std::string& required, const PreparedCall& call,
                            const Names& shared) {
  json::object arguments;
  std::vector<std::string> words;
  for (const auto name : shared) {
    const auto* value = call.arguments().if_contains(name);
    if (!value) continue;
    arguments[name] = *value;
    words.push_back(std::string(name) + " " + spoken(*value));
  }
  const auto about = words.empty() ? std::string() : " with " + join(words, " and ");
  auto verdict = refuse(ErrorType::validation,
                        "call " + required + " first" + about + ", and then make this call again");
  verdict.refusal->extra["call_first"] =
      json::object{{"tool", required}, {"arguments", std::move(arguments)}};
  return verdict;
}

}  // namespace

std::optional<Verdict> ChainGate::judge(const PreparedCall& call) {
  const auto& tool = *call.tool;
  if (tool.max_chain && call.calls.spent_in(call.context.turn).calls >= *tool.max_chain) {
    return refuse(ErrorType::budget_exceeded,
                  "too many calls came before this one; answer with what there is, and go on when "
                  "the caller has spoken");
  }
  const bool is_person = !call.context.is_realtime && !call.context.is_provider_planned;
  if (is_person || tool.requires_tools.empty()) return pass();
  const auto& answered = call.calls.facts().answered;
  for (const auto& required : tool.requires_tools) {
    const auto* spec = call.context.snapshot ? call.context.snapshot->find(required) : nullptr;
    const auto shared = spec ? shared_arguments(tool, *spec) : Names();
    if (!answered.has(required, call.arguments(), shared)) {
      return refuse_out_of_order(required, call, shared);
    }
  }
  return pass();
}

}  // namespace callosum::policy
