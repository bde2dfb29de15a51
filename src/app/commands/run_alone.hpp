#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace callosum::app {

void run_to_end(boost::asio::io_context& context, boost::asio::awaitable<void> work);

template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<Result<T>> work, Result<T>& out) {
  out = co_await std::move(work);
}

/// Drives one coroutine on a loop of its own, for a command that does one thing. `context` outlives
/// whatever answers on it later: databases and their threads.
template <class T>
Result<T> run_alone(boost::asio::io_context& context, boost::asio::awaitable<Result<T>> work) {
  Result<T> out = fail(ErrorType::internal, "it never ran");
  run_to_end(context, keep_result(std::move(work), out));
  return out;
}

}  // namespace callosum::app
