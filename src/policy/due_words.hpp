#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.hpp"

namespace callosum::policy {

/// Spoken turns whose words are still to come: a provider's transcript comes behind what was said,
/// and often behind the call that the model makes of it. Belongs to the session's thread.
class DueWords {
 public:
  /// By the id of the turn's item; bounded, the oldest is expected no longer.
  void expect(std::string_view item_id);
  /// They have come, or never will. They may come before they are expected.
  void came(std::string_view item_id);
  bool are_due() const { return !items_.empty(); }
  const std::vector<std::string>& items() const { return items_; }
  /// These are expected no longer.
  void give_up(std::vector<std::string> items);
  /// Until some have come, or the deadline passes.
  boost::asio::awaitable<void> wait(async::Deadline deadline);

 private:
  static constexpr std::size_t kMostItems = 8;

  void wake();

  std::vector<std::string> items_;
  std::vector<std::string> early_;  // came, and were not expected
  std::vector<std::shared_ptr<async::Event>> waiting_;
};

}  // namespace callosum::policy
