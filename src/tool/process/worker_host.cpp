#include "tool/process/worker_host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <exception>
#include <pthread.h>
#include <thread>

#include "async/task_group.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::tool::process {

namespace asio = boost::asio;

namespace {

/// Those of the process are for its other threads; and a write to a program that has gone is an
/// error, not a signal.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

std::string WorkerPlan::key() const {
  json::array all{pack,           folder.string(),  limits.memory_mb, limits.cpu_s,  limits.files,
                  limits.file_mb, limits.processes, concurrency,      max_line_bytes};
  json::array said;
  for (const auto& part : command) said.emplace_back(part);
  json::array known;
  for (const auto& [name, value] : environment) known.push_back(json::array{name, value});
  for (const auto& [name, value] : secrets) {
    known.push_back(json::array{name, sha256_hex(value.reveal())});
  }
  all.push_back(std::move(said));
  all.push_back(std::move(known));
  return canonical_json(all);
}

struct WorkerHost::Thread {
  struct Entry {
    std::shared_ptr<Worker> worker;
    std::size_t task = 0;
  };

  explicit Thread(telemetry::Log& l)
      : log(l), tasks(context.get_executor(), time), stop(context.get_executor()) {
    auto on_end = [this](const std::exception_ptr& failure) {
      if (failure) log.error("tool_workers_ended");
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
    const auto never = async::Deadline::none(time);  // until the host ends
    co_await stop.wait(never);
    tasks.cancel();
    co_await tasks.join();
  }

  static asio::awaitable<void> run(std::shared_ptr<Worker> worker) { co_await worker->run(); }

  void start(std::uint64_t number, WorkerPlan plan) {
    auto worker = std::make_shared<Worker>(std::move(plan), context.get_executor(), time, log);
    const auto task = tasks.spawn("worker", run(worker));
    workers.emplace(number, Entry{std::move(worker), task});
  }

  telemetry::Log& log;
  async::SystemTime time;  // outlives the frames that the context still holds
  asio::io_context context{1};
  async::TaskGroup tasks;
  async::Event stop;
  std::map<std::uint64_t, Entry> workers;
  std::thread thread;
};

WorkerHost::WorkerHost(telemetry::Log& log) : log_(log) {}

WorkerHost::~WorkerHost() = default;

std::shared_ptr<WorkerHost::Lease> WorkerHost::lease(const WorkerPlan& plan) {
  const std::lock_guard lock(mutex_);
  auto& known = leases_[plan.key()];
  if (auto lease = known.lock()) return lease;
  if (!thread_) thread_ = std::make_unique<Thread>(log_);
  const auto number = next_worker_++;
  asio::post(thread_->context, [thread = thread_.get(), number, plan]() mutable {
    thread->start(number, std::move(plan));
  });
  auto lease = std::make_shared<Lease>(*this, number);
  known = lease;
  return lease;
}

void WorkerHost::add(std::uint64_t worker, Job job) {
  asio::post(thread_->context, [thread = thread_.get(), worker, job = std::move(job)]() mutable {
    const auto at = thread->workers.find(worker);
    if (at != thread->workers.end()) at->second.worker->add(std::move(job));
  });
}

void WorkerHost::retire(std::uint64_t worker) {
  asio::post(thread_->context, [thread = thread_.get(), worker] {
    auto node = thread->workers.extract(worker);
    if (!node.empty()) thread->tasks.cancel(node.mapped().task);
  });
}

}  // namespace callosum::tool::process
