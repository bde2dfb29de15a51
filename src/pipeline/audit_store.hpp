#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "pipeline/audit.hpp"
#include "storage/audit_chain.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::pipeline {

/// Keeps audit records in the database, in groups, by a thread of its own: at most 100 ms after the
/// call. Each record is a line of the log as well, those of the ledger too.
class AuditStore final : public AuditSink {
 public:
  /// How long a group is gathered, unless somebody waits for it.
  static constexpr std::chrono::milliseconds kGather{50};

  /// A connection of its own to the gateway's database, whose tables are there.
  static Result<std::unique_ptr<AuditStore>> open(const std::filesystem::path& database,
                                                  telemetry::Log& log, bool is_strict = false,
                                                  std::chrono::milliseconds gather = kGather);
  ~AuditStore() override;
  void write(const AuditRecord& record, AuditPlace place) override;
  bool is_strict() const override { return is_strict_; }
  boost::asio::awaitable<bool> settled(async::Deadline deadline) override;

 private:
  AuditStore(std::unique_ptr<storage::sqlite::Connection> connection, telemetry::Log& log,
             bool is_strict, std::chrono::milliseconds gather);

  struct Waiting {
    std::map<std::string, storage::AuditGroup, std::less<>> groups;  // by tenant
    std::string lines;                                               // for the log
    std::size_t bytes = 0;
    std::uint64_t lost = 0;
    std::vector<std::function<void(bool)>> waiters;  // told whether it is durable, from any thread
    bool empty() const { return groups.empty() && lines.empty(); }
  };

  void run();
  void commit(Waiting& waiting);
  Result<void> store(const Waiting& waiting);

  std::unique_ptr<storage::sqlite::Connection> connection_;
  telemetry::Log& log_;
  std::mutex mutex_;
  const bool is_strict_;
  const std::chrono::milliseconds gather_;
  std::condition_variable changed_;
  Waiting waiting_;
  bool hurries_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::pipeline
