#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "async/deadline.hpp"
#include "async/time_source.hpp"

namespace callosum::testing {

/// One thread and a clock that jumps: runs a coroutine to its end under virtual time.
class VirtualWorld {
 public:
  boost::asio::io_context& context() { return context_; }
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  async::VirtualTime& time() { return time_; }
  async::Deadline in(std::chrono::nanoseconds span) { return async::Deadline::after(time_, span); }

  /// Handlers that are ready now, without letting time pass.
  void settle() {
    context_.restart();
    while (context_.poll() > 0) {
    }
  }

  template <class T>
  T run(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool done = false;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
      done = true;
    });
    drive(done);
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }

  void run(boost::asio::awaitable<void> work) {
    std::exception_ptr failure;
    bool done = false;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr e) {
      failure = e;
      done = true;
    });
    drive(done);
    if (failure) std::rethrow_exception(failure);
  }

 private:
  void drive(const bool& done) {
    while (true) {
      settle();
      if (done) return;
      if (!time_.jump_to_next()) throw std::logic_error("nothing can happen any more");
    }
  }

  async::VirtualTime time_;  // outlives the frames that the context still holds
  boost::asio::io_context context_{1};
};

}  // namespace callosum::testing
