#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/json.hpp"
#include "parts/texts.hpp"
#include "pipeline/executor.hpp"
#include "pipeline/prepare.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/budget.hpp"
#include "policy/channel.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "tool/builtin/noop.hpp"

namespace callosum::pipeline {
namespace {

namespace asio = boost::asio;

class NoAudit final : public AuditSink {
 public:
  void write(const AuditRecord& record, AuditPlace) override { benchmark::DoNotOptimize(&record); }
};

/// One tool that does nothing, one caller who may call it, and the gates in their order.
struct World {
  asio::io_context context{1};
  async::SystemTime time;
  policy::OwnershipGate ownership;
  policy::DuplicateGate duplicate;
  policy::KnownGate known;
  policy::ChannelGate channel;
  policy::AccessGate access;
  policy::MembershipGate membership;
  policy::ArgumentsGate arguments;
  policy::BudgetGate budget;
  std::vector<policy::Gate*> gates{&ownership, &duplicate,  &known,     &channel,
                                   &access,    &membership, &arguments, &budget};
  tool::builtin::BuiltinKind builtin;
  registry::CallContext caller;
  std::shared_ptr<const registry::Snapshot> snapshot;
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<policy::SessionCalls> calls = std::make_shared<policy::SessionCalls>();
  std::uint64_t last_call = 0;

  World() : budget(many()) {
    builtin.add("noop", tool::builtin::do_nothing);
    registry::ToolSpec spec;
    spec.pack = "bench";
    spec.name = "noop";
    spec.id = "bench.noop";
    spec.version = "1.0.0";
    spec.channels = {registry::Channel::voice};
    spec.input_schema = schema();
    spec.input = registry::compile_schema(spec.input_schema).value();
    spec.run = {"builtin", json::object{{"builtin", "noop"}}, {}};
    registry::Pack pack;
    pack.name = "bench";
    snapshot = std::make_shared<registry::Snapshot>(std::vector{pack}, std::vector{spec}, "1.0.0");
    std::vector<registry::LoadProblem> problems;
    catalog = Catalog::make(snapshot, {&builtin}, problems);
    caller.tenant_id = "018f4e7a-93c1-7c5b-9d1e-1f0a3b5c7d9e";
    caller.session_id = "sess_1";
    caller.subject = "bench";
    caller.is_member = true;
    caller.provider = "openai";
    caller.assurance = registry::Assurance::carrier;
    caller.snapshot = snapshot;
  }

  static std::array<policy::ChannelBudget, registry::kLimitSets> many() {
    const policy::ChannelBudget limits{{1 << 30, 1 << 30, {}, 0}, {}};
    return {limits, limits, limits, limits};
  }

  static json::object schema() {
    return parse_strict(R"({"type":"object","properties":{"service":{"type":"string"},
        "date":{"type":"string","format":"date"}},"required":["service"],
        "additionalProperties":false})")
        .value()
        .as_object();
  }

  registry::ToolCall next_call() {
    return {"call_CfQ" + std::to_string(++last_call), "noop",
            R"({"service":"deep tissue massage","date":"2026-11-24"})"};
  }

  async::Deadline deadline() { return async::Deadline::after(time, std::chrono::seconds(10)); }
};

void BM_Prepare(benchmark::State& state) {
  World world;
  const auto call = world.next_call();
  const auto deadline = world.deadline();
  for (auto _ : state) {
    auto prepared = prepare(call, world.caller, *world.calls, deadline);
    benchmark::DoNotOptimize(prepared);
  }
}
BENCHMARK(BM_Prepare);

asio::awaitable<void> ask_all(World& world, benchmark::State& state) {
  const auto deadline = world.deadline();
  for (auto _ : state) {
    state.PauseTiming();
    const auto call = world.next_call();
    const auto prepared = prepare(call, world.caller, *world.calls, deadline);
    state.ResumeTiming();
    for (auto* gate : world.gates) {
      const auto verdict = co_await gate->ask(prepared);
      if (!verdict.passes()) state.SkipWithError("a gate refused");
    }
  }
}

void BM_GateChain(benchmark::State& state) {
  World world;
  asio::co_spawn(world.context, ask_all(world, state), asio::detached);
  world.context.run();
}
BENCHMARK(BM_GateChain);

asio::awaitable<void> run_calls(World& world, Executor& executor, benchmark::State& state) {
  const auto caller = std::make_shared<const registry::CallContext>(world.caller);
  for (auto _ : state) {
    CallRequest request;
    request.call = world.next_call();
    request.context = caller;
    request.calls = world.calls;
    request.catalog = world.catalog;
    const auto envelope = co_await executor.run(std::move(request));
    if (!envelope.ok()) state.SkipWithError(envelope.error->message.c_str());
  }
  const auto deadline = world.deadline();
  co_await executor.drain(deadline);
}

/// The whole way of a call: prepare, gates, the tool that does nothing, envelope, audit record.
void BM_ExecuteCall(benchmark::State& state) {
  World world;
  NoAudit audit;
  Executor executor(world.context.get_executor(), {world.time, world.gates, audit});
  asio::co_spawn(world.context, run_calls(world, executor, state), asio::detached);
  world.context.run();
}
BENCHMARK(BM_ExecuteCall);

}  // namespace
}  // namespace callosum::pipeline
