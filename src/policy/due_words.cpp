#include "policy/due_words.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

namespace callosum::policy {

void DueWords::expect(std::string_view item_id) {
  if (item_id.empty() || std::erase(early_, item_id) > 0) return;
  if (items_.size() >= kMostItems) items_.erase(items_.begin());
  items_.emplace_back(item_id);
}

void DueWords::came(std::string_view item_id) {
  if (std::erase(items_, item_id) > 0) return wake();
  if (early_.size() >= kMostItems) early_.erase(early_.begin());
  early_.emplace_back(item_id);
}

void DueWords::give_up(std::vector<std::string> items) {
  for (const auto& item : items) std::erase(items_, item);
  wake();
}

void DueWords::wake() {
  for (const auto& waiter : std::exchange(waiting_, {})) waiter->set();
}

boost::asio::awaitable<void> DueWords::wait(async::Deadline deadline) {
  if (!are_due()) co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  auto event = std::make_shared<async::Event>(executor);
  waiting_.push_back(event);
  co_await event->wait(deadline);
}

}  // namespace callosum::policy
