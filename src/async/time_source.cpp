#include "async/time_source.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/cancellation.hpp"

namespace callosum::async {

namespace asio = boost::asio;

asio::awaitable<void> SystemTime::wait(asio::steady_timer& timer, SteadyTime when) {
  timer.expires_at(when);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_await throw_if_cancelled();
}

asio::awaitable<void> VirtualTime::wait(asio::steady_timer& timer, SteadyTime when) {
  if (when <= now_) co_return;
  const auto entry = waiters_.emplace(when, &timer);
  struct Leave {
    std::multimap<SteadyTime, asio::steady_timer*>& waiters;
    std::multimap<SteadyTime, asio::steady_timer*>::iterator entry;
    ~Leave() { waiters.erase(entry); }
  } const leave{waiters_, entry};
  timer.expires_at(SteadyTime::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_await throw_if_cancelled();
}

bool VirtualTime::jump_to_next() {
  for (auto& [when, timer] : waiters_) {
    if (when == SteadyTime::max()) return false;
    if (when > now_) now_ = when;
    if (timer->cancel() > 0) return true;  // none cancelled: woken already, not yet run
  }
  return false;
}

void VirtualTime::advance(std::chrono::nanoseconds by) {
  now_ += by;
  for (auto& [when, timer] : waiters_) {
    if (when <= now_) timer->cancel();
  }
}

}  // namespace callosum::async
