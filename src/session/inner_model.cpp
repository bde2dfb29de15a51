#include "session/inner_model.hpp"

#include <boost/asio/this_coro.hpp>
#include <deque>

#include "async/event.hpp"

namespace callosum::session {

namespace asio = boost::asio;

namespace {

// A reply path takes events as they come; more than this waits only where the caller is slow.
constexpr std::size_t kMostWaiting = 512;

}  // namespace

struct InnerModel::State {
  State(const asio::any_io_executor& executor, async::TimeSource& time)
      : room(executor), clock(&time) {}
  std::deque<std::string> events;
  std::optional<Error> end;
  std::function<void()> on_news;  // empty: nobody listens any more
  async::Event room;
  async::TimeSource* clock;

  static asio::awaitable<void> pump(std::shared_ptr<State> state,
                                    std::shared_ptr<realtime::ModelPort> port) {
    const auto never = async::Deadline::none(*state->clock);  // its owner's end bounds it
    while (!state->end) {
      while (state->events.size() >= kMostWaiting) {
        state->room.reset();
        co_await state->room.wait(never);
      }
      auto reading = port->next(never);
      const auto frame = co_await std::move(reading);
      if (frame) {
        state->events.emplace_back(frame->text);
      } else {
        state->end = frame.error();
      }
      if (state->on_news) state->on_news();
    }
  }
};

InnerModel::InnerModel(std::unique_ptr<realtime::ModelPort> port) : port_(std::move(port)) {}

InnerModel::~InnerModel() {
  if (state_) state_->on_news = nullptr;
}

asio::awaitable<Result<void>> InnerModel::open(realtime::SessionOpening opening,
                                               std::function<void()> on_news,
                                               async::Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  state_ = std::make_shared<State>(executor, deadline.time());
  state_->on_news = std::move(on_news);
  auto opening_port = port_->open(std::move(opening), deadline);
  auto opened = co_await std::move(opening_port);
  if (opened) pump_.start(executor, State::pump(state_, port_));
  co_return opened;
}

asio::awaitable<void> InnerModel::close(async::Deadline deadline) {
  pump_.cancel();
  co_await pump_.join(deadline);  // a port is read by one at a time
  co_await port_->close(deadline);
}

std::optional<std::string> InnerModel::take() {
  if (!state_ || state_->events.empty()) return std::nullopt;
  auto event = std::move(state_->events.front());
  state_->events.pop_front();
  state_->room.set();
  return event;
}

std::optional<Error> InnerModel::end() const {
  pump_.rethrow();
  if (!state_ || !state_->events.empty()) return std::nullopt;
  return state_->end;
}

}  // namespace callosum::session
