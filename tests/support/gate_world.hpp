#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "policy/gate.hpp"
#include "policy/session_facts.hpp"
#include "virtual_world.hpp"

namespace callosum::policy {

inline registry::ToolSpec make_tool(std::string name) {
  registry::ToolSpec tool;
  tool.pack = "shop";
  tool.name = std::move(name);
  tool.id = "shop." + tool.name;
  tool.channels = {registry::Channel::voice, registry::Channel::text};
  return tool;
}

inline registry::CallContext make_context() {
  registry::CallContext context;
  context.tenant_id = "aaaaaaaa-0000-4000-8000-000000000001";
  context.tenant_slug = "willow";
  context.session_id = "sess_1";
  context.subject = "user-17";
  context.email = "Ann@Example.com";
  context.is_member = true;
  context.caller_phone = "+1 212 555 0199";
  context.assurance = registry::Assurance::carrier;
  return context;
}

/// One gate, asked directly: no executor, no tools that run.
struct GateWorld {
  testing::VirtualWorld world;
  registry::CallContext context = make_context();
  registry::ToolCall call{"call_1", "tool", "{}"};
  SessionCalls calls;

  PreparedCall prepare(const registry::ToolSpec& tool, const std::string& arguments = "{}") {
    PreparedCall prepared{call, context, calls, world.in(std::chrono::seconds(20))};
    prepared.tool = &tool;
    prepared.sent = *parse_arguments(arguments);
    prepared.canonical = canonical_json(prepared.arguments());
    prepared.arguments_hash = sha256_hex(prepared.canonical);
    prepared.access = tool.access_for(&prepared.arguments());
    return prepared;
  }

  Verdict ask(Gate& gate, const PreparedCall& prepared) { return world.run(gate.ask(prepared)); }
  Verdict ask(Gate& gate, const registry::ToolSpec& tool, const std::string& arguments = "{}") {
    return ask(gate, prepare(tool, arguments));
  }
  /// "" where the gate lets it pass, else what it says.
  std::string refusal(Gate& gate, const registry::ToolSpec& tool,
                      const std::string& arguments = "{}") {
    const auto verdict = ask(gate, tool, arguments);
    return verdict.refusal ? verdict.refusal->error.message : "";
  }
};

inline std::string type_of(const Verdict& verdict) {
  return verdict.refusal ? std::string(to_string(verdict.refusal->error.type)) : "";
}

}  // namespace callosum::policy
