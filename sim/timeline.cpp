#include "sim/timeline.hpp"

#include "async/deadline.hpp"

namespace callosum::sim {

void Timeline::after(std::chrono::milliseconds delay, std::function<void()> action) {
  actions_.emplace(time_.now() + delay, std::move(action));
  changed_.set();
}

void Timeline::run_due() {
  while (!actions_.empty() && actions_.begin()->first <= time_.now()) {
    auto due = actions_.extract(actions_.begin());
    due.mapped()();
  }
}

boost::asio::awaitable<void> Timeline::run() {
  while (true) {
    run_due();
    changed_.reset();
    const auto deadline = actions_.empty() ? async::Deadline::none(time_)  // its owner cancels it
                                           : async::Deadline::at(time_, actions_.begin()->first);
    co_await changed_.wait(deadline);
  }
}

}  // namespace callosum::sim
