#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace callosum::telemetry {
class Log;
}

namespace callosum::storage {

namespace sqlite {
class Connection;
class ConnectionPool;
}  // namespace sqlite

/// Whether the database's disk takes what is written. While it does not (full, broken, read-only),
/// nothing new is begun; a thread of its own finds out when it does again: there is room, the file
/// was opened anew and is whole, a commit reached the disk. Any thread.
class DiskWatch {
 public:
  /// Within the transaction that shows that the disk is back.
  using Job = std::function<Result<void>(sqlite::Connection&)>;

  explicit DiskWatch(std::filesystem::path database) : database_(std::move(database)) {}
  ~DiskWatch();
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  /// Before this the disk is taken to be well. For whoever serves; once.
  void start(telemetry::Log& log);
  /// What a write failed with; anything that is not the disk's doing is ignored.
  void note(const Error& error);
  /// TRANSIENT while the disk is in trouble: for what has not begun.
  Result<void> check() const;
  std::string trouble() const;  ///< a sentence for the operator; empty: none

  /// What has the file open: after a failed sync nothing that was read of it is trusted.
  void renew_after_trouble(const std::shared_ptr<sqlite::ConnectionPool>& pool);
  void do_when_back(Job job);

 private:
  void run();
  /// Empty: writes reach the disk; else why not.
  std::string prove(bool is_whole_proof);
  std::string prove_file();
  Result<void> commit(sqlite::Connection& connection);
  bool is_nearly_full() const;
  void tell(const std::string& before, const std::string& now);

  const std::filesystem::path database_;
  telemetry::Log* log_ = nullptr;
  std::atomic<bool> in_trouble_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string trouble_;
  std::vector<std::weak_ptr<sqlite::ConnectionPool>> pools_;
  std::vector<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::storage
