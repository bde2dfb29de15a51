#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "async/event.hpp"
#include "base/result.hpp"

namespace callosum::tool::process {

namespace json = boost::json;

/// One call between the thread of its session, which waits, and the thread of the workers, which
/// answers. Shared by both; whichever goes first leaves the other whole.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  explicit PendingCall(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  // The session's thread:
  void wait_with(async::Event* waiter) { waiter_ = waiter; }
  /// Nobody waits any more; the executor may go away.
  void abandon();
  std::optional<Result<json::value>>& answer() { return answer_; }

  // The workers' thread:
  void complete(Result<json::value> answer);
  bool is_abandoned() const;

 private:
  mutable std::mutex mutex_;
  bool is_abandoned_ = false;
  boost::asio::any_io_executor executor_;
  async::Event* waiter_ = nullptr;             // of the session's thread
  std::optional<Result<json::value>> answer_;  // handed over by the executor
};

}  // namespace callosum::tool::process
