#include "pipeline/executor.hpp"

#include "async/cancellation.hpp"
#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "pipeline/output_check.hpp"
#include "pipeline/prepare.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using registry::Envelope;

namespace {

std::shared_ptr<Envelope> failed(Error error) {
  auto envelope = std::make_shared<Envelope>();
  envelope->error = std::move(error);
  return envelope;
}

void fill_meta(Envelope& envelope, const policy::PreparedCall& prepared,
               std::chrono::microseconds duration) {
  auto& meta = envelope.meta;
  meta.call_id = prepared.call.call_id;
  meta.duration = duration;
  if (prepared.context.snapshot) meta.registry_version = prepared.context.snapshot->version();
  meta.idempotency_key = prepared.context.provider + ":" + prepared.call.call_id;
  if (!prepared.tool) return;
  meta.tool_id = prepared.tool->id;
  meta.tool_version = prepared.tool->version;
  if (envelope.error && envelope.error->say.empty() &&
      (envelope.error->type == ErrorType::timeout || envelope.error->type == ErrorType::transient ||
       envelope.error->type == ErrorType::permanent ||
       envelope.error->type == ErrorType::internal ||
       envelope.error->type == ErrorType::invalid_output)) {
    envelope.error->say = prepared.tool->say_on_failure;
  }
}

}  // namespace

Executor::Executor(asio::any_io_executor executor, async::TimeSource& time,
                   std::vector<policy::Gate*> gates, AuditSink& audit, ExecutorLimits limits)
    : executor_(executor),
      time_(time),
      gates_(std::move(gates)),
      audit_(audit),
      limits_(limits),
      tasks_(std::move(executor), time) {}

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
  Answer answer;
  std::exception_ptr failure;
  try {
    answer = co_await execute(request);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!answer) {
    // The executor's edge: here, and only here, a cancellation becomes an answer.
    const bool cancelled = async::is_cancellation(failure);
    auto envelope = failed(cancelled ? fail(ErrorType::cancelled, "that was interrupted")
                                     : fail(ErrorType::internal, "something went wrong"));
    envelope->meta.call_id = request.call.call_id;
    envelope->meta.registry_version = request.catalog->snapshot()->version();
    answer = std::move(envelope);
    request.calls->answer(request.call.call_id, answer, 0);
  }
  deliver(ticket, answer);
}

asio::awaitable<Executor::Answer> Executor::execute(const CallRequest& request) {
  const auto start = time_.now();
  const auto deadline = async::Deadline::after(time_, limits_.turn_time);
  const auto prepared = prepare(request.call, *request.context, *request.calls, deadline);
  AuditEntry entry(audit_, time_, prepared);

  auto outcome = co_await decide_and_run(request, prepared, entry);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - start);
  fill_meta(*outcome.envelope, prepared, took);
  entry.close(*outcome.envelope, outcome.result_bytes);
  Answer answer = std::move(outcome.envelope);
  if (outcome.is_final) {
    request.calls->answer(request.call.call_id, answer, outcome.result_bytes);
  }
  co_return answer;
}

asio::awaitable<Executor::Outcome> Executor::decide_and_run(const CallRequest& request,
                                                            const policy::PreparedCall& prepared,
                                                            AuditEntry& entry) {
  if (running_.size() > limits_.max_running) {
    auto error = fail(ErrorType::transient, "too much is going on; try again in a moment");
    co_return Outcome{failed(std::move(error)), 0, false};
  }
  for (auto* gate : gates_) {
    auto verdict = co_await gate->ask(prepared);
    if (verdict.passes()) continue;
    entry.refused_by(gate->name());
    if (verdict.answer) {
      auto again = std::make_shared<Envelope>(*verdict.answer);
      co_return Outcome{std::move(again), 0, false};
    }
    auto envelope = failed(std::move(verdict.refusal->error));
    envelope->error_extra = std::move(verdict.refusal->extra);
    // A call that another one's id already stands for must not become that id's answer.
    const bool is_final = envelope->error->type != ErrorType::conflict;
    co_return Outcome{std::move(envelope), 0, is_final};
  }
  co_return co_await invoke(request, prepared);
}

asio::awaitable<Executor::Outcome> Executor::invoke(const CallRequest& request,
                                                    const policy::PreparedCall& prepared) {
  auto* handler = request.catalog->find(*prepared.tool);
  if (!handler) {
    auto error = fail(ErrorType::internal, "", "no handler for the tool");
    co_return Outcome{failed(std::move(error))};
  }

  const std::string key = prepared.context.provider + ":" + prepared.call.call_id;
  const tool::Invocation invocation{*prepared.tool, prepared.arguments(), prepared.context, key};
  const auto start = time_.now();
  const auto& limits = limits_.channels[static_cast<std::size_t>(prepared.context.channel)];
  auto deadline = prepared.deadline.sooner(start + prepared.tool->timeout);
  if (limits.tool_time.count() > 0) deadline = deadline.sooner(start + limits.tool_time);
  auto work = handler->run(invocation, deadline);
  auto output = co_await async::with_deadline(deadline, std::move(work));
  prepared.calls.spent_in(prepared.context.turn).tool_time +=
      std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - start);

  if (!output) co_return Outcome{failed(output.error())};
  Outcome outcome{std::make_shared<Envelope>()};
  outcome.envelope->data = std::move(output->data);
  outcome.envelope->intents = std::move(output->intents);
  outcome.result_bytes = check_output(*prepared.tool, limits.max_result_bytes, *outcome.envelope);
  if (!outcome.envelope->ok()) outcome.envelope->intents.clear();
  co_return outcome;
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
  for (const auto& [ticket, running] : running_) {
    if (running.tool && running.tool->on_interrupt == registry::OnInterrupt::abort) {
      tasks_.cancel(running.task);
    }
  }
  async::Event tick(executor_);
  while (!running_.empty() && !deadline.passed()) {
    const auto soon = deadline.within(std::chrono::milliseconds(10));
    co_await tick.wait(soon);
  }
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace callosum::pipeline
