#include "async/event.hpp"

namespace callosum::async {

boost::asio::awaitable<bool> Event::wait(Deadline deadline) {
  while (!set_ && !deadline.passed()) co_await deadline.time().wait(timer_, deadline.at());
  co_return set_;
}

}  // namespace callosum::async
