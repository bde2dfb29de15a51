#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <memory>

namespace callosum::async {

/// Unwinds (operation_aborted) when this coroutine has been cancelled. The one place that says so.
boost::asio::awaitable<void> throw_if_cancelled();

/// Whether an exception is a cancellation on its way up. Only async/ and the executor's edge may
/// ask.
bool is_cancellation(const std::exception_ptr& exception);

/// What a cancelled coroutine unwinds with.
std::exception_ptr cancellation();

/// Between the two a cancellation of this coroutine does not unwind it, and is noted in `noted`,
/// since nothing else remembers it: to join children. A cancelled coroutine may await nothing but
/// asio::this_coro::throw_if_cancelled(false), so say that first: `co_await
/// asio::this_coro::throw_if_cancelled(false); co_await shield();`.
boost::asio::awaitable<void> shield(std::shared_ptr<bool> noted = nullptr);
boost::asio::awaitable<void> unshield();

}  // namespace callosum::async
