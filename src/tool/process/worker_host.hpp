#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "telemetry/log.hpp"
#include "tool/process/worker.hpp"

namespace callosum::tool::process {

/// The thread on which workers live: programs are started, read and reaped there, and no session
/// waits for that. Its end ends them all.
class WorkerHost {
 public:
  explicit WorkerHost(telemetry::Log& log);
  ~WorkerHost();
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  /// A worker's use; the last one of a worker ends it. Does not outlive the host.
  class Lease {
   public:
    Lease(WorkerHost& host, std::uint64_t worker) : host_(host), worker_(worker) {}
    ~Lease() { host_.retire(worker_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    /// From any thread. The job is answered once, by its deadline.
    void add(Job job) { host_.add(worker_, std::move(job)); }

   private:
    WorkerHost& host_;
    const std::uint64_t worker_;
  };

  /// Equal plans share a worker. Nothing is started before the first call.
  std::shared_ptr<Lease> lease(const WorkerPlan& plan);

 private:
  struct Workers;

  void add(std::uint64_t worker, Job job);
  void retire(std::uint64_t worker);

  telemetry::Log& log_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Lease>> leases_;  ///< by WorkerPlan::key
  std::uint64_t next_worker_ = 1;
  std::unique_ptr<Workers> workers_;  ///< once there is a lease
};

}  // namespace callosum::tool::process
