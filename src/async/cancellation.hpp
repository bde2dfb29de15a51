#pragma once

#include <boost/asio/awaitable.hpp>

namespace callosum::async {

/// Unwinds (operation_aborted) when this coroutine has been cancelled. The one place that says so.
boost::asio::awaitable<void> throw_if_cancelled();

/// Whether an exception is a cancellation on its way up. Only async/ and the executor's edge may
/// ask.
bool is_cancellation(const std::exception_ptr& exception);

/// Between the two a cancellation of this coroutine is noted but does not unwind it: to join
/// children. A cancelled coroutine may await nothing but
/// asio::this_coro::throw_if_cancelled(false), so say that first: `co_await
/// asio::this_coro::throw_if_cancelled(false); co_await shield();`.
boost::asio::awaitable<void> shield();
boost::asio::awaitable<void> unshield();

}  // namespace callosum::async
