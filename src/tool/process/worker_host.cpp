#include "tool/process/worker_host.hpp"

#include "async/task_thread.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::tool::process {

namespace asio = boost::asio;

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

struct WorkerHost::Workers {
  struct Entry {
    std::shared_ptr<Worker> worker;
    std::size_t task = 0;
  };

  explicit Workers(telemetry::Log& l)
      : log(l), thread([this] { log.error("tool_workers_ended"); }) {}
  ~Workers() { thread.stop(); }

  static asio::awaitable<void> run(std::shared_ptr<Worker> worker) { co_await worker->run(); }

  void start(async::TaskGroup& tasks, std::uint64_t number, WorkerPlan plan) {
    auto worker = std::make_shared<Worker>(std::move(plan), thread.executor(), thread.time(), log);
    const auto task = tasks.spawn("worker", run(worker));
    all.emplace(number, Entry{std::move(worker), task});
  }

  telemetry::Log& log;
  async::TaskThread thread;
  std::map<std::uint64_t, Entry> all;  // of the thread
};

WorkerHost::WorkerHost(telemetry::Log& log) : log_(log) {}

WorkerHost::~WorkerHost() = default;

std::shared_ptr<WorkerHost::Lease> WorkerHost::lease(const WorkerPlan& plan) {
  const std::lock_guard lock(mutex_);
  auto& known = leases_[plan.key()];
  if (auto lease = known.lock()) return lease;
  if (!workers_) workers_ = std::make_unique<Workers>(log_);
  const auto number = next_worker_++;
  workers_->thread.post([workers = workers_.get(), number, plan](async::TaskGroup& tasks) {
    workers->start(tasks, number, plan);
  });
  auto lease = std::make_shared<Lease>(*this, number);
  known = lease;
  return lease;
}

void WorkerHost::add(std::uint64_t worker, Job job) {
  // A std::function is copied; a job is not.
  auto shared = std::make_shared<Job>(std::move(job));
  workers_->thread.post([workers = workers_.get(), worker, shared](async::TaskGroup&) {
    const auto at = workers->all.find(worker);
    if (at != workers->all.end()) at->second.worker->add(std::move(*shared));
  });
}

void WorkerHost::retire(std::uint64_t worker) {
  workers_->thread.post([workers = workers_.get(), worker](async::TaskGroup& tasks) {
    auto node = workers->all.extract(worker);
    if (!node.empty()) tasks.cancel(node.mapped().task);
  });
}

}  // namespace callosum::tool::process
