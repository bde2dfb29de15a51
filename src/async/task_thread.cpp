#include "async/task_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <exception>
#include <pthread.h>
#include <thread>
#include <utility>

#include "async/event.hpp"

namespace callosum::async {

namespace asio = boost::asio;

namespace {

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

struct TaskThread::State {
  explicit State(std::function<void()> on_broken)
      : tasks(context.get_executor(), time), stop(context.get_executor()) {
    auto on_end = [on_broken = std::move(on_broken)](const std::exception_ptr& failure) {
      if (failure) on_broken();
    };
    asio::co_spawn(context, keep(), std::move(on_end));
    thread = std::thread([this] {
      block_signals();
      context.run();
    });
  }

  ~State() { end(); }

  void end() {
    if (!thread.joinable()) return;
    asio::post(context, [this] { stop.set(); });
    thread.join();
  }

  asio::awaitable<void> keep() {
    const auto never = Deadline::none(time);  // until the thread ends
    co_await stop.wait(never);
    is_stopping = true;
    tasks.cancel();
    co_await tasks.join();
  }

  SystemTime time;  // outlives the frames that the context still holds
  asio::io_context context{1};
  TaskGroup tasks;
  Event stop;
  bool is_stopping = false;  // of the thread
  std::thread thread;
};

TaskThread::TaskThread(std::function<void()> on_broken)
    : state_(std::make_unique<State>(std::move(on_broken))) {}

TaskThread::~TaskThread() = default;

void TaskThread::post(std::function<void(TaskGroup&)> work) {
  asio::post(state_->context, [state = state_.get(), work = std::move(work)] {
    // Behind the end nobody would cancel it.
    if (!state->is_stopping) work(state->tasks);
  });
}

void TaskThread::start(const char* name, std::function<asio::awaitable<void>()> make) {
  post([name, make = std::move(make)](TaskGroup& tasks) { tasks.spawn(name, make()); });
}

void TaskThread::stop() { state_->end(); }

asio::any_io_executor TaskThread::executor() const { return state_->context.get_executor(); }

TimeSource& TaskThread::time() { return state_->time; }

}  // namespace callosum::async
