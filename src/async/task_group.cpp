#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <map>
#include <vector>

#include "async/cancellation.hpp"
#include "async/event.hpp"

namespace callosum::async {

namespace asio = boost::asio;

struct TaskGroup::State {
  struct Task {
    const char* name;
    bool is_beside;
    asio::cancellation_signal cancel;
  };

  State(asio::any_io_executor e, TimeSource& t)
      : executor(std::move(e)), time(t), changed(executor) {}

  asio::any_io_executor executor;
  TimeSource& time;
  Event changed;
  std::map<std::size_t, Task> tasks;  // by number: a group that lives long has had millions
  // co_spawn still looks at a task's signal after its completion handler: the next spawn clears
  // these.
  std::vector<std::map<std::size_t, Task>::node_type> ended_tasks;
  std::size_t spawned = 0;
  std::size_t waited_for = 0;  // of those spawned
  std::size_t ended = 0;       // of those waited for
  std::size_t seen = 0;        // by wait_any
  const char* first = nullptr;
  std::exception_ptr bug;
  bool owner_cancelled = false;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, TimeSource& time)
    : state_(std::make_shared<State>(std::move(executor), time)) {}

TaskGroup::~TaskGroup() {
  assert(state_->tasks.empty() && "a TaskGroup left its frame without join()");
}

std::size_t TaskGroup::spawn(const char* name, asio::awaitable<void> task) {
  return start(name, std::move(task), false);
}

std::size_t TaskGroup::spawn_beside(const char* name, asio::awaitable<void> task) {
  return start(name, std::move(task), true);
}

std::size_t TaskGroup::start(const char* name, asio::awaitable<void> task, bool is_beside) {
  auto state = state_;
  const auto number = state->spawned++;
  state->ended_tasks.clear();
  auto& entry = state->tasks[number];
  entry.name = name;
  entry.is_beside = is_beside;
  if (!is_beside) ++state->waited_for;
  auto on_end = [state, number](const std::exception_ptr& exception) {
    if (exception && !is_cancellation(exception) && !state->bug) state->bug = exception;
    auto ended = state->tasks.extract(number);
    if (!state->first && !ended.mapped().is_beside) state->first = ended.mapped().name;
    if (!ended.mapped().is_beside) ++state->ended;
    state->ended_tasks.push_back(std::move(ended));
    state->changed.set();
  };
  asio::co_spawn(state->executor, std::move(task),
                 asio::bind_cancellation_slot(entry.cancel.slot(), std::move(on_end)));
  return number;
}

void TaskGroup::cancel() {
  // A task may end, and leave, while its signal is being emitted.
  const auto last = state_->spawned;
  auto& tasks = state_->tasks;
  for (auto at = tasks.begin(); at != tasks.end() && at->first < last;) {
    const auto number = at->first;
    cancel(number);
    at = tasks.upper_bound(number);
  }
}

void TaskGroup::cancel(std::size_t task) {
  const auto at = state_->tasks.find(task);
  if (at != state_->tasks.end()) at->second.cancel.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> TaskGroup::wait_until(std::size_t ended) {
  while (state_->ended < ended && !state_->owner_cancelled) {
    state_->changed.reset();
    const auto never = Deadline::none(state_->time);  // the group's own end bounds it
    try {
      co_await state_->changed.wait(never);
    } catch (const boost::system::system_error&) {
      state_->owner_cancelled = true;
    }
    if (!state_->owner_cancelled) continue;
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await shield();
  }
}

asio::awaitable<void> TaskGroup::wait_any() {
  if (state_->ended == state_->seen && state_->ended < state_->waited_for) {
    co_await wait_until(state_->seen + 1);
  }
  state_->seen = state_->ended;
}

asio::awaitable<void> TaskGroup::wait_all() { return wait_until(state_->waited_for); }

asio::awaitable<void> TaskGroup::join() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) state_->owner_cancelled = true;
  const auto noted = std::make_shared<bool>(false);
  co_await shield(noted);
  const auto never = Deadline::none(state_->time);  // a cancelled task ends; nothing else would
  while (!state_->tasks.empty()) {
    state_->changed.reset();
    co_await state_->changed.wait(never);
  }
  co_await unshield();
  if (*noted) state_->owner_cancelled = true;
  if (state_->bug) std::rethrow_exception(state_->bug);
  if (state_->owner_cancelled) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

std::size_t TaskGroup::running() const { return state_->tasks.size(); }
const char* TaskGroup::first_ended() const { return state_->first; }

}  // namespace callosum::async
