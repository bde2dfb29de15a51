#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "pipeline/executor.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
#include "policy/channel.hpp"
#include "policy/consent.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/loaded.hpp"
#include "policy/loop_breaker.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "policy/provenance.hpp"
#include "policy/rate.hpp"
#include "policy/role.hpp"
#include "sql_confirmations.hpp"
#include "virtual_world.hpp"

namespace callosum::testing {

/// What a test's tool does: waits, then answers or fails; counts its runs and remembers its
/// arguments.
struct ToolScript {
  std::chrono::milliseconds takes{0};
  json::value data = json::object{{"done", true}};
  std::optional<Error> error;
  std::vector<registry::IntentRequest> intents;
  bool hangs = false;
  std::chrono::milliseconds unwinds_for{0};  ///< once it is cancelled
  int runs = 0;
  int finished = 0;
  std::vector<std::string> arguments;
};

class ScriptedHandler final : public tool::ToolHandler {
 public:
  ScriptedHandler(ToolScript& script, async::TimeSource& time) : script_(script), time_(time) {}

  boost::asio::awaitable<Result<tool::ToolOutput>> run(const tool::Invocation& invocation,
                                                       async::Deadline) override {
    ++script_.runs;
    script_.arguments.push_back(canonical_json(invocation.arguments));
    if (script_.hangs) co_await async::sleep_until(async::Deadline::none(time_));
    if (script_.takes.count() > 0) co_await work();
    ++script_.finished;
    if (script_.error) co_return *script_.error;
    tool::ToolOutput output;
    output.data = script_.data;
    output.intents = script_.intents;
    co_return output;
  }

 private:
  boost::asio::awaitable<void> work() {
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

  ToolScript& script_;
  async::TimeSource& time_;
};

/// Makes a handler for every tool from the scripts of a test, by the tool's name.
class ScriptedKind final : public tool::ToolKind {
 public:
  ScriptedKind(std::map<std::string, ToolScript>& scripts, async::TimeSource& time)
      : scripts_(scripts), time_(time) {}
  std::string_view name() const override { return "scripted"; }
  Result<std::unique_ptr<tool::ToolHandler>> make(const registry::ToolSpec& tool,
                                                  const registry::Pack&) override {
    std::unique_ptr<tool::ToolHandler> handler =
        std::make_unique<ScriptedHandler>(scripts_[tool.name], time_);
    return handler;
  }

 private:
  std::map<std::string, ToolScript>& scripts_;
  async::TimeSource& time_;
};

class MemoryAudit final : public pipeline::AuditSink {
 public:
  void write(const pipeline::AuditRecord& record, pipeline::AuditPlace) override {
    lines.push_back(std::string(record.tool) + " " + std::string(record.outcome) +
                    (record.gate.empty() ? "" : " " + std::string(record.gate)));
    consents.emplace_back(record.consent);
    approvers.emplace_back(record.approved_by);
    if (record.is_over_budget) over_budget.emplace_back(record.tool);
  }
  std::vector<std::string> lines;
  std::vector<std::string> consents;     ///< of each line
  std::vector<std::string> approvers;    ///< likewise
  std::vector<std::string> over_budget;  ///< tools that took longer than they should
};

inline registry::ToolSpec make_tool(std::string name) {
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

/// An executor with the real gates over scripted tools.
class ToolWorld {
 public:
  explicit ToolWorld(std::vector<registry::ToolSpec> tools, pipeline::ExecutorLimits limits = {},
                     policy::ChannelBudget spend = {.turn = {.retrieval_calls = 20, .calls = 30}}) {
    registry::Pack pack;
    pack.name = "test";
    auto snapshot = std::make_shared<registry::Snapshot>(std::vector<registry::Pack>{pack},
                                                         std::move(tools), "1.0.test0000");
    std::vector<registry::LoadProblem> problems;
    kind = std::make_unique<ScriptedKind>(scripts, world.time());
    catalog = pipeline::Catalog::make(snapshot, {kind.get()}, problems);
    budget = std::make_unique<policy::BudgetGate>(std::array{spend, spend, spend});
    executor = std::make_unique<pipeline::Executor>(
        world.executor(),
        pipeline::ExecutorParts{
            world.time(),
            {&ownership, &duplicate, &known, &channel, &loaded, &access, &role, &assurance,
             &membership, &arguments, &provenance, &rate, budget.get(), &loops, &consent},
            audit,
            limits});
  }

  ~ToolWorld() { world.run(executor->drain(world.in(std::chrono::seconds(60)))); }

  registry::CallContext context() const {
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

  /// A short id is made as long as providers' are, so that it counts as one.
  pipeline::CallRequest request(std::string call_id, std::string name,
                                std::string arguments = "{}") const {
    if (call_id.size() < 9) call_id += "_of_a_model";
    return {{std::move(call_id), std::move(name), std::move(arguments)},
            std::make_shared<const registry::CallContext>(context()),
            calls,
            catalog};
  }
  /// The context of a request, to be changed.
  static registry::CallContext& edit(pipeline::CallRequest& request) {
    auto copy = std::make_shared<registry::CallContext>(*request.context);
    request.context = copy;
    return *copy;
  }

  registry::Envelope run(pipeline::CallRequest call) {
    return world.run(executor->run(std::move(call)));
  }

  VirtualWorld world;
  std::map<std::string, ToolScript> scripts;
  MemoryAudit audit;
  std::unique_ptr<ScriptedKind> kind;
  std::shared_ptr<const pipeline::Catalog> catalog;
  std::shared_ptr<policy::SessionCalls> calls = std::make_shared<policy::SessionCalls>();
  policy::OwnershipGate ownership;
  policy::DuplicateGate duplicate;
  policy::KnownGate known;
  policy::ChannelGate channel;
  policy::AccessGate access;
  policy::LoadedGate loaded;
  policy::RoleGate role;
  policy::AssuranceGate assurance;
  policy::MembershipGate membership;
  policy::ArgumentsGate arguments;
  policy::ProvenanceGate provenance;
  policy::RateGate rate{policy::RateLimits{}};
  policy::LoopBreakerGate loops;
  std::unique_ptr<policy::BudgetGate> budget;
  SeededRandom random{11};
  SqlConfirmations confirmations{world.time(), random};
  policy::ConsentGate consent{{world.time(), random, nullptr, &confirmations}};
  std::unique_ptr<pipeline::Executor> executor;
};

}  // namespace callosum::testing
