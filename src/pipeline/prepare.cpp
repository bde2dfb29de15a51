#include "pipeline/prepare.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::pipeline {
namespace {

using registry::CallContext;

/// The session's value behind a binding's source; null where the session has none.
json::value bound_value(const CallContext& context, std::string_view source) {
  const auto text = [](const std::string& s) {
    return s.empty() ? json::value(nullptr) : json::value(s);
  };
  if (source == "session.tenant_id") return text(context.tenant_id);
  if (source == "session.tenant_slug") return text(context.tenant_slug);
  if (source == "session.caller_phone") return text(context.caller_phone);
  if (source == "session.call_sid") return text(context.call_sid);
  if (source == "session.user_id") return text(context.subject);
  if (source == "session.email") return text(context.email);
  if (source == "session.account") return text(context.account);
  if (source == "session.session_id") return text(context.session_id);
  if (source == "session.channel") return json::value(registry::to_string(context.channel));
  return nullptr;
}

/// A bound parameter that was sent must be equal, to the byte; then it is as if it had not been
/// sent.
void bind(policy::PreparedCall& prepared) {
  std::vector<std::pair<std::string_view, json::value>> bound;
  for (const auto& binding : prepared.tool->bind) {
    auto value = bound_value(prepared.context, binding.source);
    auto& arguments = prepared.sent.get_object();
    const auto* sent = arguments.if_contains(binding.parameter);
    if (sent && *sent != value) {
      prepared.arguments_problem =
          fail(ErrorType::validation, binding.parameter + " is set by the system; leave it out");
    }
    arguments.erase(binding.parameter);
    bound.emplace_back(binding.parameter, std::move(value));
  }
  prepared.bound = prepared.sent.get_object();
  for (auto& [parameter, value] : bound) prepared.bound[parameter] = std::move(value);
}

constexpr std::size_t kShortestId = 9;

std::string key_of(const policy::PreparedCall& prepared) {
  const auto& context = prepared.context;
  const auto& id = prepared.call.call_id;
  if (context.has_stable_call_ids && says_which_call(id)) return "provider:" + id;
  const std::string text = context.tenant_id + "\n" + context.session_id + "\n" +
                           std::to_string(context.turn) + "\n" + prepared.call.name + "\n" +
                           prepared.arguments_hash;
  return "hash:" + sha256_hex(text);
}

/// The account that is acted in is bound like an argument, though no tool is given it: the same
/// words in another one are another call, another act, and another thing to agree to.
std::string account_of(const policy::PreparedCall& prepared) {
  const bool acts_in_one = prepared.tool && !prepared.tool->account.empty();
  return acts_in_one ? "\n" + prepared.context.account : std::string();
}

std::string act_of(const policy::PreparedCall& prepared) {
  const auto& tool = *prepared.tool;
  if (tool.idempotency_key.empty() || !prepared.is_write()) return {};
  json::object named;
  for (const auto& argument : tool.idempotency_key) {
    const auto* value = prepared.arguments().if_contains(argument);
    named[argument] = value ? *value : json::value(nullptr);
  }
  std::string text = tool.id + account_of(prepared) + "\n";
  append_canonical_json(named, text);
  return sha256_hex(text);
}

}  // namespace

bool says_which_call(std::string_view call_id) { return call_id.size() >= kShortestId; }

policy::PreparedCall prepare(const registry::ToolCall& call, const CallContext& context,
                             policy::SessionCalls& calls, async::Deadline deadline) {
  policy::PreparedCall prepared{call, context, calls, deadline};
  prepared.tool = context.snapshot ? context.snapshot->find(call.name) : nullptr;

  auto parsed = parse_arguments(call.arguments);
  if (parsed) {
    if (const auto* token = parsed->if_contains("confirmationToken")) {
      if (token->is_string()) prepared.confirmation_token = token->get_string().c_str();
      parsed->erase("confirmationToken");
    }
    prepared.sent = std::move(*parsed);
    if (prepared.tool && !prepared.tool->bind.empty()) bind(prepared);
    append_canonical_json(prepared.arguments(), prepared.canonical);
    prepared.arguments_hash = sha256_hex(prepared.canonical + account_of(prepared));
  } else {
    prepared.arguments_problem = parsed.error();
    prepared.arguments_hash = sha256_hex(call.arguments);
  }
  if (prepared.tool)
    prepared.access = prepared.tool->access_for(parsed ? &prepared.arguments() : nullptr);
  prepared.key = key_of(prepared);
  if (prepared.tool && parsed) prepared.act = act_of(prepared);
  return prepared;
}

}  // namespace callosum::pipeline
