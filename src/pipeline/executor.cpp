#include "pipeline/executor.hpp"

#include "async/cancellation.hpp"
#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "pipeline/answer.hpp"
#include "pipeline/output_check.hpp"
#include "pipeline/prepare.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using registry::Envelope;

namespace {

constexpr std::chrono::seconds kShared{1};

/// For a record to be on disk, where no answer may leave before.
constexpr std::chrono::seconds kSettleTime{5};

/// What a backend tells writes apart by. A call's own id says nothing across sessions and tenants,
/// which may share a backend.
std::string backend_key(const policy::PreparedCall& call) {
  const auto& context = call.context;
  return sha256_hex(context.tenant_id + "\n" + context.session_id + "\n" + context.provider + "\n" +
                    call.key);
}

}  // namespace

Executor::Executor(asio::any_io_executor executor, ExecutorParts parts)
    : executor_(executor),
      time_(parts.time),
      gates_(std::move(parts.gates)),
      audit_(parts.audit),
      limits_(parts.limits),
      ledger_(parts.ledger),
      cache_(parts.cache),
      tasks_(std::move(executor), parts.time) {}

Executor::Ticket Executor::submit(CallRequest request, OnAnswer on_answer) {
  const Ticket ticket = next_ticket_++;
  auto& running = running_[ticket];
  running.on_answer = std::move(on_answer);
  running.catalog = request.catalog;
  running.tool = request.catalog->snapshot()->find(request.call.name);
  const auto task = tasks_.spawn("tool call", perform(ticket, std::move(request)));
  const auto at = running_.find(ticket);  // a call refused at once has already been answered
  if (at != running_.end()) at->second.task = task;
  return ticket;
}

void Executor::interrupt(Ticket ticket) {
  const auto at = running_.find(ticket);
  if (at == running_.end()) return;
  const auto* tool = at->second.tool;
  if (tool && tool->on_interrupt == registry::OnInterrupt::abort) tasks_.cancel(at->second.task);
}

void Executor::forget(Ticket ticket) {
  const auto at = running_.find(ticket);
  if (at == running_.end()) return;
  at->second.on_answer = nullptr;
  interrupt(ticket);
}

void Executor::deliver(Ticket ticket, const Answer& answer) {
  auto node = running_.extract(ticket);
  if (node.empty() || !node.mapped().on_answer) return;
  node.mapped().on_answer(answer);
}

asio::awaitable<void> Executor::perform(Ticket ticket, CallRequest request) {
  const auto start = time_.now();
  const auto deadline = async::Deadline::after(time_, limits_.turn_time);
  const auto prepared = prepare(request.call, *request.context, *request.calls, deadline);
  AuditEntry entry(audit_, time_, prepared);
  Run run{request, prepared, entry};
  Outcome outcome;
  std::exception_ptr failure;
  try {
    outcome = co_await decide_and_run(run);
  } catch (...) {
    failure = std::current_exception();
  }
  // What was interrupted is answered all the same, and what is decided leaves whatever comes now.
  if (failure || audit_.is_strict()) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await async::shield();
  }
  if (failure) {
    auto ending = abandon(run, failure);
    outcome.envelope = co_await std::move(ending);
    if (run.waits_for_another) outcome.standing = Standing::other;
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - start);
  fill_meta(*outcome.envelope, view_of(prepared), took);
  entry.close(*outcome.envelope, outcome.result_bytes);
  prepared.calls.spend(request.context->turn, {}, outcome.result_bytes);
  if (audit_.is_strict() && !entry.is_kept()) {
    auto settling = audit_.settled(async::Deadline::after(time_, kSettleTime));
    const bool is_durable = co_await std::move(settling);
    if (!is_durable) {
      outcome = {failed(fail(ErrorType::transient, "that cannot be recorded right now")), 0,
                 Standing::again};
      fill_meta(*outcome.envelope, view_of(prepared), took);
    }
  }
  const Answer answer = std::move(outcome.envelope);
  // What an argument may name only once it has been seen.
  const auto& snapshot = *request.catalog->snapshot();
  if (answer->ok() && snapshot.minds_provenance()) {
    request.calls->facts().seen.add_result(answer->data);
  }
  const bool has_run = answer->ok() && !outcome.is_in_its_place;
  if (has_run && snapshot.is_required(prepared.tool->name)) {
    request.calls->facts().answered.add(prepared.tool->name, prepared.arguments());
  }
  const bool reads_strangers = prepared.tool && prepared.tool->untrusted && !prepared.is_write();
  if (answer->ok() && reads_strangers) {
    request.calls->facts().untrusted.came_in(request.context->turn);
  }
  settle(prepared, outcome, answer);
  deliver(ticket, answer);
}

/// What the same call, made again, is answered.
void Executor::settle(const policy::PreparedCall& prepared, const Outcome& outcome,
                      const Answer& answer) {
  // What has no id of its own is only taken for the same call where it came to something.
  const bool is_nameless = prepared.key.starts_with("hash:");
  const bool is_again = outcome.standing == Standing::again || (is_nameless && !answer->ok());
  if (outcome.standing == Standing::other) return;
  if (is_again) return prepared.calls.forget(prepared.known_as());
  prepared.calls.answer(prepared.known_as(), answer, outcome.result_bytes);
}

Error Executor::error_of(const std::exception_ptr& why) {
  return async::is_cancellation(why)
             ? fail(ErrorType::cancelled, "that was interrupted")
             : fail(ErrorType::internal, "something went wrong", cause_of(why));
}

/// The executor's edge: here, and only here, a cancellation becomes an answer. A write that was
/// started leaves with its end in the ledger. Awaited under a shield.
asio::awaitable<std::shared_ptr<Envelope>> Executor::abandon(Run& run, std::exception_ptr why) {
  if (run.ledger_id == 0) co_return failed(error_of(why));
  auto envelope = failed(fail(ErrorType::outcome_unknown,
                              "that was cut short; it is not certain whether it was done"));
  co_await keep_end(run, *envelope, 0);
  co_return envelope;
}

Executor::Standing Executor::standing_of_refusal(const policy::Gate& gate,
                                                 const Envelope& envelope) {
  if (gate.minds_call_ids()) return Standing::other;
  return envelope.error->type == ErrorType::conflict ? Standing::again : Standing::final;
}

asio::awaitable<Executor::Outcome> Executor::decide_and_run(Run& run) {
  if (running_.size() > limits_.max_running) {
    auto error = fail(ErrorType::transient, "too much is going on; try again in a moment");
    co_return Outcome{failed(std::move(error)), 0, Standing::other};
  }
  for (auto* gate : gates_) {
    auto judged = gate->judge(run.prepared);
    if (!judged) {
      run.waits_for_another = gate->minds_call_ids();
      auto asking = gate->ask(run.prepared);
      judged = co_await std::move(asking);
      run.waits_for_another = false;
    }
    if (judged->passes()) {
      run.entry.consented(judged->consent, std::move(judged->agreed_by));
      continue;
    }
    auto& verdict = *judged;
    run.entry.refused_by(gate->name());
    if (verdict.answer) {
      const auto standing = verdict.is_again ? Standing::other : Standing::final;
      auto envelope = std::make_shared<Envelope>(*verdict.answer);
      co_return Outcome{std::move(envelope), 0, standing, true};
    }
    auto envelope = failed(std::move(verdict.refusal->error));
    envelope->error_extra = std::move(verdict.refusal->extra);
    const auto standing = standing_of_refusal(*gate, *envelope);
    co_return Outcome{std::move(envelope), 0, standing};
  }
  co_return co_await invoke(run);
}

const CallLimits& Executor::limits_of(const Run& run) const {
  return limits_.channels[registry::limit_set_of(run.prepared.context)];
}

asio::awaitable<Executor::Outcome> Executor::invoke(Run& run) {
  const auto* handler = run.request.catalog->find(*run.prepared.tool);
  if (!handler) {
    auto error = fail(ErrorType::internal, "", "no handler for the tool");
    co_return Outcome{failed(std::move(error))};
  }
  const bool is_write = run.prepared.is_write();
  if (!is_write) co_return co_await read(run);
  // However it ends: what failed may have been done, in part or later.
  struct Forget {
    const Executor& executor;
    const Run& run;
    ~Forget() { executor.forget_results(run); }
  } const forget{*this, run};
  co_return co_await write(run, handler->records_within());
}

asio::awaitable<Executor::Outcome> Executor::write(Run& run, bool records_within) {
  if (!ledger_) return run_once(run);
  const auto able = ledger_->can_start();
  if (!able) return refuse_write(able.error());
  const WriteRecord::Subject subject{run.request.context, run.request.catalog,
                                     run.prepared,        limits_of(run).max_result_bytes,
                                     run.entry.consent(), run.entry.agreed_by()};
  run.record = std::make_shared<WriteRecord>(subject, *ledger_, time_);
  return records_within ? write_within(run) : write_between(run);
}

asio::awaitable<Executor::Outcome> Executor::read(Run& run) {
  const auto& tool = *run.prepared.tool;
  const bool is_cached =
      cache_ && (tool.cache_ttl.count() > 0 || tool.stale_on_timeout.count() > 0);
  return is_cached ? read_cached(run) : run_once(run);
}

asio::awaitable<Executor::Outcome> Executor::run_once(Run& run) {
  auto handling = handle(run);
  auto output = co_await std::move(handling);
  const bool is_whole = !output || output->is_whole;
  auto outcome = finish(run, std::move(output));
  outcome.is_whole = is_whole;
  co_return outcome;
}

asio::awaitable<Executor::Outcome> Executor::read_cached(Run& run) {
  const auto& tool = *run.prepared.tool;
  auto looking = cache_->look_up(run.prepared, tool_deadline(run));
  const auto found = co_await std::move(looking);
  if (found.cached.data) co_return from_cache(run, found.cached);
  auto reading = run_once(run);
  auto outcome = co_await std::move(reading);
  const auto& envelope = *outcome.envelope;
  if (envelope.ok() && found.lead) {
    std::chrono::milliseconds life = std::max(tool.cache_ttl, tool.stale_on_timeout);
    // For those who asked at the same time.
    if (!outcome.is_whole) life = std::min<std::chrono::milliseconds>(life, kShared);
    found.lead->keep(envelope, outcome.result_bytes, life);
  }
  if (!envelope.ok() && envelope.error->type == ErrorType::timeout) {
    const auto stale = cache_->stale(run.prepared);
    if (stale.data) co_return from_cache(run, stale);
  }
  co_return outcome;
}

Executor::Outcome Executor::from_cache(const Run& run, const ResultCache::Cached& cached) const {
  auto outcome = finish(run, tool::ToolOutput{json::value(*cached.data, json::storage_ptr()), {}});
  outcome.envelope->meta.cached = true;
  outcome.envelope->meta.age = cached.age;
  if (cached.total > 0) {
    outcome.envelope->meta.truncated = true;
    outcome.envelope->meta.total = cached.total;
  }
  return outcome;
}

/// A result that others are asking for, and then the tool itself: both within one time.
async::Deadline Executor::tool_deadline(Run& run) const {
  if (run.tool_deadline) return *run.tool_deadline;
  const auto start = time_.now();
  auto deadline = run.prepared.deadline.sooner(start + run.prepared.tool->timeout);
  const auto tool_time = limits_of(run).tool_time;
  if (tool_time.count() > 0) deadline = deadline.sooner(start + tool_time);
  run.tool_deadline = deadline;
  return deadline;
}

/// What other tools returned before this write.
void Executor::forget_results(const Run& run) const {
  if (!cache_ || run.prepared.tool->invalidates.empty()) return;
  std::vector<std::string> ids;
  for (const auto& name : run.prepared.tool->invalidates) {
    const auto* tool = run.request.catalog->snapshot()->find(name);
    if (tool) ids.push_back(tool->id);
  }
  cache_->drop(run.prepared.context.tenant_id, ids);
}

/// The tool itself, within its deadline.
asio::awaitable<Result<tool::ToolOutput>> Executor::handle(Run& run) {
  const auto& prepared = run.prepared;
  auto* handler = run.request.catalog->find(*prepared.tool);
  // Reads are not told apart by their backends.
  const std::string sealed = prepared.is_write() ? backend_key(prepared) : std::string();
  const tool::Invocation invocation{*prepared.tool, prepared.arguments(), prepared.context,
                                    prepared.is_write() ? sealed : prepared.key, run.record};
  const auto start = time_.now();
  const auto deadline = tool_deadline(run);
  auto work = handler->run(invocation, deadline);
  auto output = co_await async::with_deadline(deadline, std::move(work));
  prepared.calls.spend(prepared.context.turn,
                       std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - start),
                       0);
  co_return output;
}

Executor::Outcome Executor::finish(const Run& run, Result<tool::ToolOutput> output) const {
  if (!output) return {failed(output.error())};
  Outcome outcome{std::make_shared<Envelope>()};
  outcome.envelope->data = std::move(output->data);
  outcome.envelope->intents = std::move(output->intents);
  outcome.result_bytes =
      check_output(*run.prepared.tool, limits_of(run).max_result_bytes, *outcome.envelope);
  if (!outcome.envelope->ok()) outcome.envelope->intents.clear();
  return outcome;
}

asio::awaitable<Envelope> Executor::run(CallRequest request) {
  struct Shared {
    explicit Shared(const asio::any_io_executor& executor) : done(executor) {}
    async::Event done;
    Answer answer;
  };
  auto shared = std::make_shared<Shared>(executor_);
  OnAnswer on_answer = [shared](const Answer& answer) {
    shared->answer = answer;
    shared->done.set();
  };
  const auto ticket = submit(std::move(request), std::move(on_answer));
  struct ForgetOnUnwind {
    Executor& executor;
    Ticket ticket;
    ~ForgetOnUnwind() { executor.forget(ticket); }
  } const guard{*this, ticket};
  const auto never = async::Deadline::none(time_);  // the call's own deadline bounds it
  co_await shared->done.wait(never);
  co_return *shared->answer;
}

asio::awaitable<void> Executor::drain(async::Deadline deadline) {
  std::vector<Ticket> tickets;  // one that is cut may leave the map at once
  tickets.reserve(running_.size());
  for (const auto& [ticket, running] : running_) tickets.push_back(ticket);
  for (const auto ticket : tickets) interrupt(ticket);
  async::Event tick(executor_);
  while (!running_.empty() && !deadline.passed()) {
    const auto soon = deadline.within(std::chrono::milliseconds(10));
    co_await tick.wait(soon);
  }
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace callosum::pipeline
