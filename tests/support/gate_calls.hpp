#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "gate_oracle.hpp"
#include "gate_world.hpp"
#include "registry/schema.hpp"

// The calls of a contest, as the oracle sees them and as the gates do.
namespace callosum::policy {

inline const std::array<std::string, 10> kIds{"LD-1", "LD-2", "LD-3", "LD-4", "LD-5",
                                              "LD-6", "LD-7", "LD-8", "LD-9", "LD-10"};
inline const std::array<std::string, 3> kActions{"read", "send", "delete"};

inline std::vector<oracle::Tool> make_oracle_tools() {
  return {
      {.name = "plain"},
      {.name = "polled", .is_polled = true, .max_chain = 2},
      {.name = "spoken", .channels = {0}},
      {.name = "typed", .channels = {1, 2}, .modes = {"email", "crm"}},
      {.name = "payroll", .roles = {"owner", "manager"}, .assurance = 1},
      {.name = "secret", .assurance = 2},
      {.name = "get_lead", .needs_seen_id = true},
      {.name = "mail",
       .has_risk = true,
       .is_retrieval = false,
       .needs = "plain",
       .account = "google"},
      {.name = "create", .access = 2, .is_retrieval = false, .is_act_by_size = true},
      {.name = "suggest", .pack = "crm", .access = 1, .pack_mode = 1, .is_retrieval = false},
      {.name = "book", .access = 2, .is_retrieval = false, .needs_confirmation = true},
      {.name = "pay", .access = 2, .is_retrieval = false, .needs_click = true},
      {.name = "wipe", .access = 3, .is_retrieval = false},
      {.name = "delete_lead", .is_retrieval = false},
  };
}

inline registry::ToolSpec to_spec(const oracle::Tool& from) {
  auto tool = make_tool(from.name);
  tool.pack = from.pack;
  tool.id = from.pack + "." + from.name;
  tool.channels.clear();
  for (const int c : from.channels) tool.channels.push_back(static_cast<registry::Channel>(c));
  tool.modes = from.modes;
  tool.roles = from.roles;
  tool.min_assurance = static_cast<registry::Assurance>(from.assurance);
  tool.access = static_cast<registry::Access>(from.access);
  tool.access_mode = static_cast<registry::AccessMode>(from.pack_mode);
  if (from.has_risk) {
    tool.risk = {{{{"action", {json::value("send")}}}, registry::Access::write},
                 {{{"action", {json::value("delete")}}}, registry::Access::destructive}};
  }
  tool.category = from.is_retrieval ? registry::Category::retrieval : registry::Category::action;
  tool.poll = from.is_polled;
  if (from.needs_confirmation) tool.confirmation = registry::Confirmation::spoken;
  if (from.needs_click) tool.confirmation = registry::Confirmation::strong;
  if (from.needs_seen_id) tool.provenance_seen = {"id"};
  if (from.max_chain > 0) tool.max_chain = from.max_chain;
  if (!from.needs.empty()) tool.requires_tools = {from.needs};
  tool.account = from.account;
  const auto schema = *parse_strict(
      R"({"type":"object","additionalProperties":false,"properties":{
          "id":{"type":"string"},"action":{"type":"string"},"size":{"type":"integer"}}})");
  tool.input = *registry::compile_schema(schema);
  tool.input_schema = schema.as_object();
  return tool;
}

inline std::string to_text(const oracle::Arguments& from) {
  if (from.is_broken) return "{\"id\":";
  json::object out;
  if (from.size >= 0) out["size"] = from.size == 0 ? json::value(3) : json::value("three");
  if (from.action >= 0) out["action"] = kActions[static_cast<std::size_t>(from.action)];
  if (from.id >= 0) out["id"] = kIds[static_cast<std::size_t>(from.id)];
  return canonical_json(json::value(out));
}

class RandomCalls {
 public:
  explicit RandomCalls(std::uint64_t seed) : random_(seed) {}

  int below(int n) { return static_cast<int>(random_.next_u64() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  std::string tenant() { return "tenant-" + std::to_string(below(5)); }

  oracle::Call make(const std::vector<oracle::Tool>& tools, const oracle::Session& session,
                    int turn) {
    oracle::Call call;
    if (!one_in(40)) call.tool = &tools[static_cast<std::size_t>(below(int(tools.size())))];
    if (one_in(2)) call.arguments.id = below(3 + below(8));
    if (one_in(3)) call.arguments.action = below(3);
    if (one_in(4)) call.arguments.size = one_in(6) ? 1 : 0;
    if (one_in(30)) call.arguments = {.is_broken = true};
    if (!session.questions.empty() && one_in(8)) confirm(call, session);
    if (call.tool && !call.tool->needs.empty() && !session.answered.empty() && one_in(2)) {
      const auto number = below(static_cast<int>(session.answered.size()));
      call.arguments = session.answered[static_cast<std::size_t>(number)].second;
    }
    const bool is_again = again_ && one_in(25);
    if (is_again) call.arguments = again_->arguments;
    choose_id(call);
    call.channel = one_in(12) ? 2 : below(2);
    call.turn = turn;
    call.tenant = tenant();
    if (is_again) {
      call.tool = again_->tool;
      call.tenant = again_->tenant;
    }
    if (one_in(12)) call.pack = one_in(2) ? "shop" : "crm";
    call.is_member = !one_in(25);
    for (const char* role : {"owner", "clerk", "manager"}) {
      if (one_in(3)) call.roles.emplace_back(role);
    }
    call.assurance = below(3);
    call.mode = std::array{"", "email", "crm", "calendar"}[static_cast<std::size_t>(below(4))];
    choose_set(call, tools);
    call.access_mode = one_in(5) ? below(2) : 2;
    call.is_realtime = !one_in(4);
    call.is_planned = !one_in(3);
    call.is_mouth = one_in(25);
    return call;
  }
  /// The same tool, arguments and tenant come up again, now and then.
  void ask_again(const oracle::Call& call) { again_ = call; }

 private:
  /// The call that was asked about, or one that is a little like it.
  void confirm(oracle::Call& call, const oracle::Session& session) {
    const auto count = static_cast<int>(session.questions.size());
    const auto& question = session.questions[static_cast<std::size_t>(below(count))];
    call.token = one_in(8) ? 1'000'000 : question.number;
    if (!one_in(20)) call.tool = question.tool;
    if (!one_in(8)) call.arguments = question.arguments;
  }

  /// Ids come again, the late ones, with the arguments they had or with others.
  void choose_id(oracle::Call& call) {
    std::size_t number = made_.size();
    if (number > 8 && one_in(10)) {
      number -= static_cast<std::size_t>(1 + below(8));
      if (!one_in(4)) call.arguments = made_[number];
    } else {
      made_.push_back(call.arguments);
    }
    call.call_id = "call_" + std::to_string(number);
  }

  void choose_set(oracle::Call& call, const std::vector<oracle::Tool>& tools) {
    call.has_set = !one_in(3);
    call.epoch = below(3);
    call.set_epoch = one_in(20) ? below(3) : call.epoch;
    if (one_in(10)) call.disabled = {one_in(2) ? "shop.plain" : "crm"};
    if (!one_in(4)) call.accounts = {one_in(5) ? "microsoft" : "google"};
    if (!one_in(5)) return;
    call.set_tools.emplace();
    for (const auto& tool : tools) {
      if (one_in(2)) call.set_tools->insert(tool.name);
    }
  }

  SeededRandom random_;
  std::optional<oracle::Call> again_;
  std::vector<oracle::Arguments> made_;  // by the number of the call's id
};

inline registry::CallContext to_context(const oracle::Call& from) {
  registry::CallContext context;
  context.tenant_id = from.tenant;
  context.subject = "user-1";
  context.pack = from.pack;
  context.roles = from.roles;
  context.is_member = from.is_member;
  context.assurance = static_cast<registry::Assurance>(from.assurance);
  context.channel = static_cast<registry::Channel>(from.channel);
  context.mode = from.mode;
  context.epoch = static_cast<std::uint64_t>(from.epoch);
  context.turn = static_cast<std::uint64_t>(from.turn);
  context.access_mode = static_cast<registry::AccessMode>(from.access_mode);
  context.is_realtime = from.is_realtime;
  context.is_provider_planned = from.is_planned;
  if (from.is_mouth) context.tool_ownership = registry::ToolOwnership::transport_only;
  if (!from.has_set) return context;
  auto set = std::make_shared<registry::LoadedSet>();
  set->epoch = static_cast<std::uint64_t>(from.set_epoch);
  if (from.set_tools) set->tools.emplace(from.set_tools->begin(), from.set_tools->end());
  set->disabled.insert(from.disabled.begin(), from.disabled.end());
  set->accounts.insert(from.accounts.begin(), from.accounts.end());
  context.loaded = std::move(set);
  return context;
}

}  // namespace callosum::policy
