#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "async/time_source.hpp"
#include "telemetry/log.hpp"

namespace callosum::tool::account {

/// Runs coroutines on a thread of its own, so that they end whatever becomes of those who wait for
/// them. Its destructor cancels what runs and joins.
class Errands {
 public:
  explicit Errands(telemetry::Log& log);
  ~Errands();
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// From any thread. `make` is called on the errands' own.
  void start(std::function<boost::asio::awaitable<void>()> make);

 private:
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace callosum::tool::account
