#include "async/cancellation.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace callosum::async {

namespace asio = boost::asio;

asio::awaitable<void> throw_if_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

bool is_cancellation(const std::exception_ptr& exception) {
  try {
    if (exception) std::rethrow_exception(exception);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
  return false;
}

std::exception_ptr cancellation() {
  return std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
}

namespace {

/// Lets nothing through, and remembers that there was something.
struct NoteAndHold {
  std::shared_ptr<bool> noted;
  asio::cancellation_type operator()(asio::cancellation_type type) const {
    if (noted && type != asio::cancellation_type::none) *noted = true;
    return asio::cancellation_type::none;
  }
};

}  // namespace

asio::awaitable<void> shield(std::shared_ptr<bool> noted) {
  const NoteAndHold hold{std::move(noted)};
  co_await asio::this_coro::reset_cancellation_state(hold);
}

asio::awaitable<void> unshield() {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_await asio::this_coro::throw_if_cancelled(true);
}

}  // namespace callosum::async
