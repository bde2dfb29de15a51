#include "tool_world.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "async/with_deadline.hpp"
#include "base/json.hpp"

namespace callosum::testing {

boost::asio::awaitable<Result<tool::ToolOutput>> ScriptedHandler::run(
    const tool::Invocation& invocation, async::Deadline) {
  ++script_.runs;
  script_.arguments.push_back(canonical_json(invocation.arguments));
  if (script_.hangs) co_await async::sleep_until(async::Deadline::none(time_));
  if (script_.takes.count() > 0) co_await work();
  ++script_.finished;
  if (script_.error) co_return *script_.error;
  tool::ToolOutput output;
  if (script_.act) {
    auto acted = script_.act(invocation);
    if (!acted) co_return acted.error();
    output.data = std::move(*acted);
    co_return output;
  }
  output.data = script_.data;
  output.intents = script_.intents;
  output.is_whole = script_.is_whole;
  co_return output;
}

boost::asio::awaitable<void> ScriptedHandler::work() {
  std::exception_ptr cancelled;
  try {
    const auto until = async::Deadline::after(time_, script_.takes);
    co_await async::sleep_until(until);
  } catch (...) {
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_await async::shield();
  const auto until = async::Deadline::after(time_, script_.unwinds_for);
  co_await async::sleep_until(until);
  co_await async::unshield();
  std::rethrow_exception(cancelled);
}

Result<std::unique_ptr<tool::ToolHandler>> ScriptedKind::make(const registry::ToolSpec& tool,
                                                              const registry::Pack&) {
  std::unique_ptr<tool::ToolHandler> handler =
      std::make_unique<ScriptedHandler>(scripts_[tool.name], time_);
  return handler;
}

void MemoryAudit::write(const pipeline::AuditRecord& record, pipeline::AuditPlace) {
  lines.push_back(std::string(record.tool) + " " + std::string(record.outcome) +
                  (record.gate.empty() ? "" : " " + std::string(record.gate)));
  consents.emplace_back(record.consent);
  approvers.emplace_back(record.approved_by);
  if (record.is_over_budget) over_budget.emplace_back(record.tool);
}

registry::ToolSpec make_tool(std::string name) {
  registry::ToolSpec tool;
  tool.pack = "test";
  tool.name = std::move(name);
  tool.id = "test." + tool.name;
  tool.version = "1.0.0";
  tool.channels = {registry::Channel::voice, registry::Channel::text};
  tool.run.kind = "scripted";
  tool.say_on_failure = "I cannot look that up right now.";
  return tool;
}

ToolWorld::ToolWorld(std::vector<registry::ToolSpec> tools, pipeline::ExecutorLimits limits,
                     policy::ChannelBudget spend) {
  std::vector<registry::Pack> packs(1);
  packs.front().name = "test";
  for (const auto& tool : tools) {
    const bool is_known = std::any_of(packs.begin(), packs.end(),
                                      [&](const auto& pack) { return pack.name == tool.pack; });
    if (!is_known) packs.emplace_back().name = tool.pack;
  }
  auto snapshot =
      std::make_shared<registry::Snapshot>(std::move(packs), std::move(tools), "1.0.test0000");
  std::vector<registry::LoadProblem> problems;
  kind = std::make_unique<ScriptedKind>(scripts, world.time());
  catalog = pipeline::Catalog::make(snapshot, {kind.get()}, problems);
  budget = std::make_unique<policy::BudgetGate>(std::array{spend, spend, spend, spend});
  executor = std::make_unique<pipeline::Executor>(
      world.executor(),
      pipeline::ExecutorParts{
          world.time(),
          {&ownership, &duplicate, &known, &channel, &loaded, &access, &role, &assurance,
           &membership, &arguments, &provenance, &chain, &rate, budget.get(), &loops, &consent},
          audit,
          limits});
}

ToolWorld::~ToolWorld() { world.run(executor->drain(world.in(std::chrono::seconds(60)))); }

registry::CallContext ToolWorld::context() const {
  registry::CallContext context;
  context.tenant_id = "tenant-a";
  context.session_id = "sess_1";
  context.subject = "user-1";
  context.is_member = true;
  context.caller_phone = "+15550100";
  context.assurance = registry::Assurance::carrier;
  context.provider = "test";
  context.snapshot = catalog->snapshot();
  return context;
}

pipeline::CallRequest ToolWorld::request(std::string call_id, std::string name,
                                         std::string arguments) const {
  if (call_id.size() < 9) call_id += "_of_a_model";
  return {{std::move(call_id), std::move(name), std::move(arguments)},
          std::make_shared<const registry::CallContext>(context()),
          calls,
          catalog};
}

registry::CallContext& ToolWorld::edit(pipeline::CallRequest& request) {
  auto copy = std::make_shared<registry::CallContext>(*request.context);
  request.context = copy;
  return *copy;
}

registry::Envelope ToolWorld::run(pipeline::CallRequest call) {
  return world.run(executor->run(std::move(call)));
}

}  // namespace callosum::testing
