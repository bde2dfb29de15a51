#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/result.hpp"

namespace callosum::app {

/// Drives one coroutine on a loop of its own, for a command that does one thing.
template <class T>
Result<T> run_alone(boost::asio::io_context& context, boost::asio::awaitable<Result<T>> work) {
  Result<T> out = fail(ErrorType::internal, "it never ran");
  boost::asio::co_spawn(context, std::move(work),
                        [&](const std::exception_ptr& bug, Result<T> result) {
                          if (!bug) out = std::move(result);
                        });
  context.run();
  return out;
}

}  // namespace callosum::app
