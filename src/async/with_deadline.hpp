#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>

#include "async/cancellation.hpp"
#include "async/event.hpp"
#include "base/result.hpp"

namespace callosum::async {

/// Runs `work` until it ends or the deadline passes; then cancels it, waits until it has unwound,
/// and answers TIMEOUT. A cancellation of the caller cancels `work` and unwinds after it.
/// Exceptions pass.
template <class T>
boost::asio::awaitable<Result<T>> with_deadline(Deadline deadline,
                                                boost::asio::awaitable<Result<T>> work) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  asio::cancellation_signal cancel;
  Event done(executor);
  std::optional<Result<T>> result;
  std::exception_ptr failure;

  // The work refers to this frame, so whatever happens below, it is joined before the frame goes.
  auto on_done = [&](std::exception_ptr exception, Result<T> value) {
    failure = std::move(exception);
    if (!failure) result.emplace(std::move(value));
    done.set();
  };
  asio::co_spawn(executor, std::move(work), asio::bind_cancellation_slot(cancel.slot(), on_done));

  std::exception_ptr unwinding;
  try {
    co_await done.wait(deadline);
  } catch (...) {
    unwinding = std::current_exception();
  }
  if (!done.is_set()) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await shield();
    cancel.emit(asio::cancellation_type::terminal);
    co_await done.wait(Deadline::none(deadline.time()));
    co_await unshield();
    if (unwinding) std::rethrow_exception(unwinding);
    if (result) co_return std::move(*result);  // ended in the same instant
    if (failure && !is_cancellation(failure)) std::rethrow_exception(failure);
    co_return fail(ErrorType::timeout, "that took too long");
  }
  if (unwinding) std::rethrow_exception(unwinding);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

/// Waits. Unwinds when cancelled.
boost::asio::awaitable<void> sleep_until(Deadline deadline);

}  // namespace callosum::async
