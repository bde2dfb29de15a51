#include "policy/due_words.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace callosum::policy {

void DueWords::expect(std::string_view item_id) {
  if (item_id.empty()) return;
  if (items_.size() >= kMostItems) items_.erase(items_.begin());
  items_.emplace_back(item_id);
}

void DueWords::came(std::string_view item_id) {
  std::erase(items_, item_id);
  if (items_.empty()) wake();
}

void DueWords::wake() {
  for (const auto& waiter : std::exchange(waiting_, {})) waiter->set();
}

boost::asio::awaitable<void> DueWords::wait(async::Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  while (are_due() && !deadline.passed()) {
    auto event = std::make_shared<async::Event>(executor);
    waiting_.push_back(event);
    co_await event->wait(deadline);
  }
  items_.clear();
  wake();
}

}  // namespace callosum::policy
