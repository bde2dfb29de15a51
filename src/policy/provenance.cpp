#include "policy/provenance.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "policy/session_facts.hpp"

namespace callosum::policy {
namespace {

using registry::CallContext;
using registry::ToolSpec;

constexpr std::size_t kMaxLookUps = 3;
constexpr std::chrono::seconds kWordsPatience{3};

bool is_own(const CallContext& context, std::string_view value) {
  const auto loose = loose_form(value);
  if (loose.empty()) return false;
  const std::array own{&context.caller_phone, &context.email,      &context.subject,
                       &context.account,      &context.call_sid,   &context.session_id,
                       &context.tenant_id,    &context.tenant_slug};
  return std::any_of(own.begin(), own.end(), [&](const std::string* text) {
    return !text->empty() && loose_form(*text) == loose;
  });
}

/// Every text and number in it; what is neither names nothing.
bool is_seen(const json::value& value, const PreparedCall& call) {
  if (const auto* list = value.if_array()) {
    return std::all_of(list->begin(), list->end(),
                       [&](const json::value& item) { return is_seen(item, call); });
  }
  if (const auto* object = value.if_object()) {
    return std::all_of(object->begin(), object->end(),
                       [&](const auto& member) { return is_seen(member.value(), call); });
  }
  if (value.is_null() || value.is_bool()) return true;
  const auto text = value.is_string() ? std::string(value.get_string()) : canonical_json(value);
  return call.calls.facts().seen.contains(text) || is_own(call.context, text);
}

/// By its name, or by the way to it within others: "args.id".
const json::value* find_argument(const json::object& arguments, std::string_view path) {
  if (const auto* whole = arguments.if_contains(path)) return whole;
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const auto* within = find_object(arguments, path.substr(0, dot));
  return within ? find_argument(*within, path.substr(dot + 1)) : nullptr;
}

bool has_property(const json::value& schema, std::string_view name) {
  if (const auto* list = schema.if_array()) {
    return std::any_of(list->begin(), list->end(),
                       [&](const json::value& item) { return has_property(item, name); });
  }
  const auto* object = schema.if_object();
  if (!object) return false;
  const auto* properties = find_object(*object, "properties");
  if (properties && properties->contains(name)) return true;
  return std::any_of(object->begin(), object->end(),
                     [&](const auto& member) { return has_property(member.value(), name); });
}

/// Whether this caller could ask it now.
bool may_look_up(const ToolSpec& tool, const PreparedCall& call) {
  const auto has = [](const auto& list, const auto& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  const auto& context = call.context;
  const bool is_open = tool.pack == call.tool->pack && tool.name != call.tool->name &&
                       tool.access == registry::Access::read;
  const bool is_theirs = is_among(offered_channel_of(context), tool.channels) &&
                         context.assurance >= tool.min_assurance &&
                         (tool.modes.empty() || has(tool.modes, context.mode));
  return is_open && is_theirs &&
         (tool.roles.empty() ||
          std::any_of(context.roles.begin(), context.roles.end(),
                      [&](const auto& role) { return has(tool.roles, role); }));
}

std::vector<std::string> look_ups_for(std::string_view path, const PreparedCall& call) {
  std::vector<std::string> names;
  const auto argument = path.substr(path.rfind('.') + 1);  // npos + 1: all of it
  if (!call.context.snapshot) return names;
  for (const auto& tool : call.context.snapshot->tools()) {
    if (names.size() == kMaxLookUps) break;
    const auto& seen = tool.provenance_seen;
    const bool needs_it = std::find(seen.begin(), seen.end(), argument) != seen.end();
    if (needs_it || !may_look_up(tool, call)) continue;
    if (has_property(json::value(tool.output_schema), argument)) names.push_back(tool.name);
  }
  return names;
}

Verdict refuse_unseen(const std::string& argument, const PreparedCall& call) {
  const auto look_ups = look_ups_for(argument, call);
  std::string message = argument + " has not come up in this conversation; ";
  message += look_ups.empty()
                 ? "ask the caller for it"
                 : "look it up first with " + join(look_ups, " or ") + ", or ask the caller for it";
  auto verdict = refuse(ErrorType::validation, message);
  json::array list;
  list.push_back(json::object{{"path", argument}, {"message", "expected a value that came up"}});
  verdict.refusal->extra["hints"] = std::move(list);
  if (!look_ups.empty()) {
    verdict.refusal->extra["look_up"] = json::array(look_ups.begin(), look_ups.end());
  }
  return verdict;
}

/// The first argument that has not come up; null: all have.
const std::string* find_unseen(const PreparedCall& call) {
  const bool is_person = !call.context.is_realtime && !call.context.is_provider_planned;
  if (is_person) return nullptr;  // these are the user's words
  const auto& arguments = call.tool->provenance_seen;
  const auto unseen = std::find_if(arguments.begin(), arguments.end(), [&](const auto& argument) {
    const auto* value = find_argument(call.arguments(), argument);
    return value && !is_seen(*value, call);
  });
  return unseen == arguments.end() ? nullptr : &*unseen;
}

Verdict verdict_of(const PreparedCall& call) {
  const auto* unseen = find_unseen(call);
  return unseen ? refuse_unseen(*unseen, call) : pass();
}

}  // namespace

std::optional<Verdict> ProvenanceGate::judge(const PreparedCall& call) {
  auto verdict = verdict_of(call);
  const bool may_come = !verdict.passes() && call.calls.facts().due_words.are_due();
  if (may_come) return std::nullopt;
  return verdict;
}

boost::asio::awaitable<Verdict> ProvenanceGate::ask(const PreparedCall& call) {
  auto& due_words = call.calls.facts().due_words;
  const auto awaited = due_words.items();
  const auto deadline = call.deadline.within(kWordsPatience);
  while (!deadline.passed()) {
    auto verdict = judge(call);
    if (verdict) co_return std::move(*verdict);
    co_await due_words.wait(deadline);
  }
  due_words.give_up(awaited);
  co_return verdict_of(call);
}

}  // namespace callosum::policy
