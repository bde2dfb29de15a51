#include "async/background.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "async/cancellation.hpp"
#include "async/event.hpp"

namespace callosum::async {

namespace asio = boost::asio;

struct Background::State {
  explicit State(const asio::any_io_executor& executor) : ended(executor) {}
  asio::cancellation_signal signal;
  Event ended;
  std::exception_ptr failure;
};

void Background::start(const asio::any_io_executor& executor, asio::awaitable<void> work) {
  cancel();
  state_ = std::make_shared<State>(executor);
  auto on_end = [state = state_](const std::exception_ptr& failure) {
    if (failure && !is_cancellation(failure)) state->failure = failure;
    state->ended.set();
  };
  asio::co_spawn(executor, std::move(work),
                 asio::bind_cancellation_slot(state_->signal.slot(), std::move(on_end)));
}

void Background::cancel() {
  if (is_running()) state_->signal.emit(asio::cancellation_type::terminal);
}

bool Background::is_running() const { return state_ && !state_->ended.is_set(); }

asio::awaitable<void> Background::join(Deadline deadline) {
  const auto state = state_;
  if (state && !state->ended.is_set()) co_await state->ended.wait(deadline);
}

void Background::rethrow() const {
  if (state_ && state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace callosum::async
