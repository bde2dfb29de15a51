#include "async/with_deadline.hpp"

namespace callosum::async {

boost::asio::awaitable<void> sleep_until(Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  co_await deadline.time().wait(timer, deadline.at());
}

}  // namespace callosum::async
