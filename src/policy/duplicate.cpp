#include "policy/duplicate.hpp"

#include <boost/asio/this_coro.hpp>

namespace callosum::policy {

boost::asio::awaitable<Verdict> DuplicateGate::ask(const PreparedCall& call) {
  auto* known = call.calls.find_or_remember(call.key, call.arguments_hash);
  if (!known) co_return pass();
  if (!known->has_arguments(call.arguments_hash)) {
    co_return refuse(ErrorType::conflict, "this call was made before with other arguments");
  }
  if (!known->is_over) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto event = std::make_shared<async::Event>(executor);
    known->waiting.push_back(event);
    co_await event->wait(call.deadline);
    known = call.calls.find(call.key);  // the record may have moved, or been forgotten
  }
  if (known && known->answer) co_return answer(known->answer);
  if (known && known->is_over) {
    co_return refuse(ErrorType::conflict, "this call was answered too long ago to answer it again");
  }
  co_return refuse(ErrorType::conflict, "this call is still running");
}

}  // namespace callosum::policy
