#include "pipeline/ledger.hpp"

#include <mutex>
#include <vector>

#include "pipeline/write_record.hpp"
#include "storage/database.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using storage::CallState;
using storage::LedgerCall;
using storage::LedgerEntry;
using storage::sqlite::Connection;

namespace {

struct Done {};

/// Beyond it they stay `started` until the next start.
constexpr std::size_t kMaxLate = 10'000;

/// The very call, of which nobody knows what came of it.
bool is_open_end(const LedgerEntry& entry, const LedgerCall& call) {
  return entry.state == CallState::unknown && entry.call.call_key == call.call_key &&
         entry.call.tool_id == call.tool_id && entry.call.arguments_hash == call.arguments_hash;
}

}  // namespace

struct Ledger::LateEnds {
  struct End {
    std::int64_t id;
    std::string answer;
  };
  std::mutex mutex;
  std::vector<End> ends;

  Result<void> keep(Connection& connection, std::int64_t now_ms) {
    const std::lock_guard lock(mutex);
    for (auto end = ends.begin(); end != ends.end();) {
      const auto moved = storage::move_call(connection, end->id, CallState::started,
                                            CallState::unknown, end->answer, now_ms);
      const bool was_kept = !moved && moved.error().type == ErrorType::conflict;
      if (!moved && !was_kept) return moved.error();
      // What is kept only now may yet be rolled back: it goes the next time.
      end = was_kept ? ends.erase(end) : end + 1;
    }
    return {};
  }
};

Ledger::Ledger(storage::Database& database, async::TimeSource& time)
    : database_(database), time_(time), late_(std::make_shared<LateEnds>()) {
  database.disk().do_when_back([late = late_, &time](Connection& connection) {
    return late->keep(connection, epoch_ms(time.wall_now()));
  });
}

Result<void> Ledger::can_start() const { return database_.disk().check(); }

void Ledger::end_later(std::int64_t id, std::string answer) {
  const std::lock_guard lock(late_->mutex);
  if (late_->ends.size() < kMaxLate) late_->ends.push_back({id, std::move(answer)});
}

asio::awaitable<Result<Ledger::Begun>> Ledger::start(LedgerCall call, bool may_be_sent_again,
                                                     async::Deadline deadline) {
  auto tenant = call.tenant_id;
  std::function<Result<Begun>(Connection&)> work =
      [call = std::move(call), may_be_sent_again, now = now_ms()](Connection& c) -> Result<Begun> {
    auto earlier = storage::find_call(c, call);
    if (!earlier) return earlier.error();
    if (*earlier && may_be_sent_again && is_open_end(**earlier, call)) {
      const auto moved =
          storage::move_call(c, (*earlier)->id, CallState::unknown, CallState::started, "", now);
      if (!moved) return moved.error();
      return Begun{(*earlier)->id, std::nullopt};
    }
    if (*earlier) return Begun{(*earlier)->id, std::move(*earlier)};
    const auto opened = storage::open_call(c, {0, call, CallState::started, ""}, now);
    if (!opened) return opened.error();
    return Begun{*opened, std::nullopt};
  };
  auto pending = database_.write<Begun>(deadline, std::move(work), std::move(tenant));
  auto begun = co_await std::move(pending);
  co_return begun;
}

asio::awaitable<Result<void>> Ledger::end(std::int64_t id, CallEnd end, async::Deadline deadline) {
  auto tenant = end.audit.tenant_id;
  std::function<Result<Done>(Connection&)> work = [id, end = std::move(end),
                                                   now = now_ms()](Connection& c) -> Result<Done> {
    const auto moved = storage::move_call(c, id, CallState::started, end.state, end.answer, now);
    if (!moved) return moved.error();
    const auto noted = storage::append_audit(c, end.audit);
    if (!noted) return noted.error();
    return Done{};
  };
  auto pending = database_.finish<Done>(deadline, std::move(work), std::move(tenant));
  const auto done = co_await std::move(pending);
  if (!done) co_return done.error();
  co_return Result<void>{};
}

asio::awaitable<Result<std::optional<LedgerEntry>>> Ledger::end_unstarted(
    LedgerCall call, CallEnd end, async::Deadline deadline) {
  using Found = std::optional<LedgerEntry>;
  auto tenant = call.tenant_id;
  std::function<Result<Found>(Connection&)> work = [call = std::move(call), end = std::move(end),
                                                    now =
                                                        now_ms()](Connection& c) -> Result<Found> {
    auto earlier = storage::find_call(c, call);
    if (!earlier || *earlier) return earlier;
    const auto opened = storage::open_call(c, {0, call, end.state, end.answer}, now);
    if (!opened) return opened.error();
    const auto noted = storage::append_audit(c, end.audit);
    if (!noted) return noted.error();
    return Found();
  };
  auto pending = database_.finish<Found>(deadline, std::move(work), std::move(tenant));
  auto found = co_await std::move(pending);
  co_return found;
}

asio::awaitable<std::shared_ptr<const registry::Envelope>> Ledger::answer_of(
    const policy::PreparedCall& call) {
  using Found = std::optional<LedgerEntry>;
  std::function<Result<Found>(Connection&)> work = [wanted = ledger_call(call)](Connection& c) {
    return storage::find_call(c, wanted);
  };
  auto pending = database_.read<Found>(call.deadline, std::move(work), call.context.tenant_id);
  const auto found = co_await std::move(pending);
  // The call itself is for whoever runs it: its outcome may be open.
  if (!found || !*found || (*found)->call.call_key == call.key) co_return nullptr;
  co_return answer_again(**found, call);
}

}  // namespace callosum::pipeline
