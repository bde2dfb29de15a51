// Writes: recorded before and after, or within, by what the tool's kind can promise.
#include "async/cancellation.hpp"
#include "pipeline/answer.hpp"
#include "pipeline/executor.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using registry::Envelope;

namespace {

/// What recording an end may take beyond the call's own deadline: an effect that is there must not
/// be forgotten because the tool was slow.
constexpr std::chrono::seconds kKeepTime{5};

bool says_nothing_of_effect(ErrorType type) {
  return type == ErrorType::timeout || type == ErrorType::cancelled || type == ErrorType::internal;
}

/// The backend has done it; what it said of that may not be passed on.
void say_done(Envelope& envelope) {
  auto& error = *envelope.error;
  error.detail = error.message + " " + error.detail;
  error.message = "that was done, but what the service said of it could not be read";
  error.say = "That was done, but I could not read the answer.";
  envelope.error_extra["partial_side_effects"] = true;
}

Error cannot_be_told(const Error& why) {
  return fail(ErrorType::outcome_unknown, "that could not be recorded; check whether it was done",
              why.message + " " + why.detail);
}

}  // namespace

/// The ledger's answer. While that is still being done the call may be made again.
Executor::Outcome Executor::done_before(const storage::LedgerEntry& earlier, const Run& run) {
  auto envelope = answer_again(earlier, run.prepared);
  const bool is_open = !envelope->ok() && envelope->error->type == ErrorType::conflict;
  return {std::move(envelope), 0, is_open ? Standing::again : Standing::final};
}

/// Nothing has begun: the call may be made again.
asio::awaitable<Executor::Outcome> Executor::refuse_write(Error error) {
  co_return Outcome{failed(std::move(error)), 0, Standing::again};
}

/// A kind whose backend is our own database: the change, its result and its record are one
/// transaction. One cut short may have been committed: the ledger knows.
asio::awaitable<Executor::Outcome> Executor::write_within(Run& run) {
  std::optional<Error> error;
  try {
    auto output = co_await handle(run);
    if (!output) error = output.error();
  } catch (...) {
    error = error_of(std::current_exception());
  }
  const auto& record = *run.record;
  if (!error) {
    run.entry.kept();
    run.entry.ended(storage::CallState::done);
    co_return Outcome{record.envelope(), record.result_bytes()};
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await async::shield();
  if (error->type == ErrorType::conflict && record.earlier()) {
    co_return done_before(*record.earlier(), run);
  }
  auto envelope = failed(*error);
  // An own copy: where it was cut short, the kind's thread may still be using the record.
  auto end = record.end_with(*envelope, 0);
  const auto state = end.state;
  const auto deadline = async::Deadline::after(time_, kKeepTime);
  auto pending = ledger_->end_unstarted(record.call(), std::move(end), deadline);
  const auto found = co_await std::move(pending);
  if (found && *found) co_return done_before(**found, run);
  if (!found && says_nothing_of_effect(error->type)) {
    run.entry.ended(storage::CallState::unknown);
    envelope->error = cannot_be_told(found.error());
    co_return Outcome{std::move(envelope)};
  }
  if (found) run.entry.kept();
  run.entry.ended(state);
  // Nobody knows of it: what was rolled back for want of a disk may be made again.
  const bool is_nowhere = !found && error->type == ErrorType::transient;
  co_return Outcome{std::move(envelope), 0, is_nowhere ? Standing::again : Standing::final};
}

/// A kind with a backend of its own: `started` is durable before it hears of the call, and its end
/// before anybody else does. Only the tool itself can be interrupted.
asio::awaitable<Executor::Outcome> Executor::write_between(Run& run) {
  const auto is_cut = std::make_shared<bool>(false);
  co_await async::shield(is_cut);
  const bool may_be_sent_again = run.request.catalog->find(*run.prepared.tool)->honours_key();
  auto starting = ledger_->start(run.record->call(), may_be_sent_again, run.prepared.deadline);
  auto begun = co_await std::move(starting);
  if (!begun) {
    auto error = fail(ErrorType::transient, "that cannot be recorded right now, so it was not done",
                      begun.error().message + " " + begun.error().detail);
    co_return Outcome{failed(std::move(error)), 0, Standing::again};
  }
  if (begun->earlier) co_return done_before(*begun->earlier, run);
  run.ledger_id = begun->id;
  if (*is_cut) {
    auto envelope = failed(error_of(async::cancellation()));
    co_await keep_end(run, *envelope, 0);
    co_return Outcome{std::move(envelope)};
  }
  co_await async::unshield();
  auto output = co_await handle(run);
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await async::shield();
  const bool is_done = output || output.error().type == ErrorType::invalid_output;
  auto outcome = finish(run, std::move(output));
  auto& envelope = *outcome.envelope;
  if (!envelope.ok() && is_done) say_done(envelope);
  if (!envelope.ok() && says_nothing_of_effect(envelope.error->type)) {
    envelope.error = fail(ErrorType::outcome_unknown,
                          "that took too long; it is not certain whether it was done",
                          envelope.error->message + " " + envelope.error->detail);
  }
  const bool is_kept = co_await keep_end(run, envelope, outcome.result_bytes);
  if (!is_kept) outcome.result_bytes = 0;
  co_return outcome;
}

/// The end of a started call. Where it cannot be kept nobody may rely on it.
asio::awaitable<bool> Executor::keep_end(Run& run, Envelope& envelope, std::size_t result_bytes) {
  auto end = run.record->end_with(envelope, result_bytes);
  run.entry.ended(end.state);
  const auto deadline = async::Deadline::after(time_, kKeepTime);
  const auto id = std::exchange(run.ledger_id, 0);
  auto pending = ledger_->end(id, std::move(end), deadline);
  const auto kept = co_await std::move(pending);
  if (kept) {
    run.entry.kept();
    co_return true;
  }
  run.entry.ended(storage::CallState::unknown);
  envelope.data = nullptr;
  envelope.intents.clear();
  envelope.error = cannot_be_told(kept.error());
  ledger_->end_later(id, registry::encode_text(envelope));
  co_return false;
}

}  // namespace callosum::pipeline
