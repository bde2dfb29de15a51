#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>

#include "async/cancellation.hpp"
#include "async/event.hpp"
#include "base/result.hpp"

namespace callosum::async {

/// Lets another part end the wait of a `with_deadline` as if its deadline had passed: there is news
/// that the waiting one should look at. One wait at a time.
class Interrupter {
 public:
  void interrupt() {
    if (waiter_) waiter_->set();
  }

  /// While it lives, `waiter` is what is interrupted.
  class Scope {
   public:
    Scope(Interrupter* interrupter, Event& waiter) : interrupter_(interrupter) {
      if (interrupter_) interrupter_->waiter_ = &waiter;
    }
    ~Scope() {
      if (interrupter_) interrupter_->waiter_ = nullptr;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupter* interrupter_;
  };

 private:
  Event* waiter_ = nullptr;
};

namespace detail {

/// What a work with a deadline leaves behind; shared, since co_spawn looks at the signal even after
/// the work has ended.
template <class T>
struct DeadlineWork {
  boost::asio::cancellation_signal cancel;
  std::optional<Result<T>> result;
  std::exception_ptr failure;
  Event* waiter = nullptr;  ///< in the frame of with_deadline, once that waits
  bool has_ended = false;
};

template <class T>
boost::asio::awaitable<void> run_work(std::shared_ptr<DeadlineWork<T>> state,
                                      boost::asio::awaitable<Result<T>> work) {
  try {
    auto value = co_await std::move(work);
    state->result.emplace(std::move(value));
  } catch (...) {
    state->failure = std::current_exception();
  }
  state->has_ended = true;
  if (state->waiter) state->waiter->set();
}

}  // namespace detail

/// Runs `work` until it ends or the deadline passes; then cancels it, waits until it has unwound,
/// and answers TIMEOUT. A cancellation of the caller cancels `work` and unwinds after it.
/// Exceptions pass. Work that need not wait costs no timer and no turn of the loop.
template <class T>
boost::asio::awaitable<Result<T>> with_deadline(Deadline deadline,
                                                boost::asio::awaitable<Result<T>> work,
                                                Interrupter* interrupter = nullptr) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  auto state = std::make_shared<detail::DeadlineWork<T>>();
  auto on_end = [state](const std::exception_ptr&) {};  // keeps the signal that long
  asio::co_spawn(executor, detail::run_work<T>(state, std::move(work)),
                 asio::bind_cancellation_slot(state->cancel.slot(), std::move(on_end)));

  std::exception_ptr unwinding;
  bool is_late = false;
  if (!state->has_ended) {
    // The work may refer to this frame, so whatever happens here, it is joined before the frame
    // goes.
    Event done(executor);
    state->waiter = &done;
    try {
      const Interrupter::Scope interruptible(interrupter, done);
      co_await done.wait(deadline);
    } catch (...) {
      unwinding = std::current_exception();
    }
    if (!state->has_ended) {
      is_late = true;
      done.reset();  // it may have been interrupted
      co_await asio::this_coro::throw_if_cancelled(false);
      const auto noted = std::make_shared<bool>(false);
      co_await shield(noted);
      state->cancel.emit(asio::cancellation_type::terminal);
      co_await done.wait(Deadline::none(deadline.time()));
      co_await unshield();
      if (*noted && !unwinding) unwinding = cancellation();
    }
  }
  if (unwinding) std::rethrow_exception(unwinding);
  if (state->result) co_return std::move(*state->result);  // late: ended in the same instant
  if (is_late && is_cancellation(state->failure)) {
    co_return fail(ErrorType::timeout, "that took too long");
  }
  std::rethrow_exception(state->failure);
}

/// Waits. Unwinds when cancelled.
boost::asio::awaitable<void> sleep_until(Deadline deadline);

}  // namespace callosum::async
