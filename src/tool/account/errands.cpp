#include "tool/account/errands.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <pthread.h>
#include <thread>

#include "async/event.hpp"
#include "async/task_group.hpp"

namespace callosum::tool::account {

namespace asio = boost::asio;

namespace {

/// Those of the process are for its other threads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

struct Errands::Thread {
  explicit Thread(telemetry::Log& log)
      : tasks(context.get_executor(), time), stop(context.get_executor()) {
    auto on_end = [&log](const std::exception_ptr& failure) {
      if (failure) log.error("account_errands_ended");
    };
    asio::co_spawn(context, keep(), std::move(on_end));
    thread = std::thread([this] {
      block_signals();
      context.run();
    });
  }

  ~Thread() {
    asio::post(context, [this] { stop.set(); });
    thread.join();
  }

  asio::awaitable<void> keep() {
    const auto never = async::Deadline::none(time);  // until the errands end
    co_await stop.wait(never);
    tasks.cancel();
    co_await tasks.join();
  }

  async::SystemTime time;  // outlives the frames that the context still holds
  asio::io_context context{1};
  async::TaskGroup tasks;
  async::Event stop;
  std::thread thread;
};

Errands::Errands(telemetry::Log& log) : thread_(std::make_unique<Thread>(log)) {}

Errands::~Errands() = default;

void Errands::start(std::function<asio::awaitable<void>()> make) {
  asio::post(thread_->context, [thread = thread_.get(), make = std::move(make)] {
    thread->tasks.spawn("errand", make());
  });
}

}  // namespace callosum::tool::account
