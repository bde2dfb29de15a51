#include "policy/duplicate.hpp"

#include <boost/asio/this_coro.hpp>

namespace callosum::policy {

namespace {

Verdict judge_known(const SessionCalls::Known* known) {
  if (known && known->answer) return answer(known->answer, true);
  if (known && known->is_over) {
    return refuse(ErrorType::conflict,
                  "this call was answered too long ago to answer it again; make it anew, under an "
                  "id of its own");
  }
  return refuse(ErrorType::conflict, "this call is still running; wait for its answer");
}

}  // namespace

std::optional<Verdict> DuplicateGate::judge(const PreparedCall& call) {
  const auto* known =
      call.calls.find_or_remember(call.known_as(), {call.call.name, call.arguments_hash});
  if (!known) return pass();
  if (!known->is_of({call.call.name, call.arguments_hash})) {
    return refuse(
        ErrorType::conflict,
        "this call was made before with other arguments; give the new one an id of its own");
  }
  if (!known->is_over) return std::nullopt;  // wait for its answer
  return judge_known(known);
}

boost::asio::awaitable<Verdict> DuplicateGate::ask(const PreparedCall& call) {
  auto verdict = judge(call);
  if (verdict) co_return std::move(*verdict);
  const auto executor = co_await boost::asio::this_coro::executor;
  auto event = std::make_shared<async::Event>(executor);
  call.calls.find(call.known_as())->waiting.push_back(event);
  co_await event->wait(call.deadline);
  // The record may have moved, or been forgotten.
  co_return judge_known(call.calls.find(call.known_as()));
}

}  // namespace callosum::policy
