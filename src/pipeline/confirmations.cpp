#include "pipeline/confirmations.hpp"

#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "storage/database.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using storage::Confirmation;
using storage::ConfirmationState;
using storage::sqlite::Connection;

namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

Confirmation question_of(const policy::PreparedCall& call) {
  Confirmation out;
  out.tenant_id = call.context.tenant_id;
  out.session_id = call.context.session_id;
  out.subject = call.context.subject;
  out.tool_id = call.tool->id;
  out.tool = call.tool->name;
  out.arguments_hash = call.arguments_hash;
  out.arguments = json::serialize(call.sent);
  return out;
}

policy::ConfirmationStore::Settled standing_of(const Confirmation& row) {
  using Standing = policy::ConfirmationStore::Standing;
  switch (row.state) {
    case ConfirmationState::used:
      return {Standing::agreed, row.expires_at_ms, row.decided_by};
    case ConfirmationState::denied:
      return {Standing::declined, row.expires_at_ms, {}};
    case ConfirmationState::open:
    case ConfirmationState::agreed:
      break;
  }
  return {Standing::open, row.expires_at_ms, {}};
}

asio::awaitable<Result<policy::ConfirmationStore::Settled>> Confirmations::settle(
    const policy::PreparedCall& call, std::string preview, std::int64_t expires_at_ms) {
  using Found = storage::SettledConfirmation;
  auto wanted = question_of(call);
  wanted.id = make_id("confirm_", random_);
  wanted.preview = std::move(preview);
  wanted.expires_at_ms = expires_at_ms;
  wanted.created_at_ms = epoch_ms(time_.wall_now());
  std::function<Result<Found>(Connection&)> work = [wanted = std::move(wanted)](Connection& c) {
    return storage::settle_confirmation(c, wanted);
  };
  auto pending = database_.write<Found>(call.deadline, std::move(work), call.context.tenant_id);
  const auto found = co_await std::move(pending);
  if (!found) co_return found.error();
  // Also one that is open already: whoever should have shown it may have been cut short.
  if (found->row.state == ConfirmationState::open) watcher_.asked(found->row);
  co_return standing_of(found->row);
}

asio::awaitable<Result<Confirmation>> Confirmations::answer(storage::ConfirmationAnswer answer) {
  const auto now_ms = epoch_ms(time_.wall_now());
  std::function<Result<Confirmation>(Connection&)> work = [answer = std::move(answer),
                                                           now_ms](Connection& c) {
    return storage::answer_confirmation(c, answer, now_ms);
  };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.write<Confirmation>(deadline, std::move(work));
  auto answered = co_await std::move(pending);
  if (answered) watcher_.answered(*answered);
  co_return answered;
}

asio::awaitable<Result<std::vector<Confirmation>>> Confirmations::list_open(std::string subject) {
  using Found = std::vector<Confirmation>;
  const auto now_ms = epoch_ms(time_.wall_now());
  std::function<Result<Found>(Connection&)> work = [subject = std::move(subject),
                                                    now_ms](Connection& c) {
    return storage::list_open_confirmations(c, subject, now_ms);
  };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.read<Found>(deadline, std::move(work));
  auto found = co_await std::move(pending);
  co_return found;
}

asio::awaitable<Result<Confirmation>> Confirmations::find(std::string id, std::string subject) {
  std::function<Result<Confirmation>(Connection&)> work =
      [id = std::move(id), subject = std::move(subject)](Connection& c) {
        return storage::find_confirmation(c, id, subject);
      };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.read<Confirmation>(deadline, std::move(work));
  auto found = co_await std::move(pending);
  co_return found;
}

}  // namespace callosum::pipeline
