#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "async/outcome.hpp"
#include "pipeline/audit.hpp"
#include "storage/audit_chain.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage::sqlite {
class Connection;
}
namespace callosum::storage {
class DiskWatch;
}

namespace callosum::pipeline {

/// Keeps audit records in the database, in groups, by a thread of its own: at most 100 ms after the
/// call. Each record is a line of the log as well, those of the ledger too. So are the heads of the
/// chains (`audit_head`), once a minute of those that moved and at the end: kept where the log is
/// kept they show whether a chain was cut off later (`callosum audit verify --heads`).
class AuditStore final : public AuditSink {
 public:
  /// How long a group is gathered, unless somebody waits for it.
  static constexpr std::chrono::milliseconds kGather{50};
  /// Of records that wait for the disk. Beyond it they are thrown away, and counted.
  static constexpr std::size_t kMostBytes = 64 << 20;

  /// A connection of its own to the gateway's database, whose tables are there. `disk` is told what
  /// could not be written, and outlives this.
  static Result<std::unique_ptr<AuditStore>> open(const std::filesystem::path& database,
                                                  telemetry::Log& log, bool is_strict = false,
                                                  storage::DiskWatch* disk = nullptr,
                                                  std::chrono::milliseconds gather = kGather,
                                                  std::size_t most_bytes = kMostBytes);
  ~AuditStore() override;
  void write(const AuditRecord& record, AuditPlace place) override;
  bool is_strict() const override { return is_strict_; }
  boost::asio::awaitable<bool> settled(async::Deadline deadline) override;

 private:
  struct Place {
    std::filesystem::path database;
    storage::DiskWatch* disk;
    std::chrono::milliseconds gather;
    std::size_t most_bytes;
  };
  AuditStore(std::unique_ptr<storage::sqlite::Connection> connection, Place place,
             telemetry::Log& log, bool is_strict);

  struct Waiting {
    using Groups = std::vector<storage::AuditGroup>;
    std::map<std::string, Groups, std::less<>> groups;  // by tenant
    std::string lines;                                  // for the log
    std::size_t bytes = 0;
    std::uint64_t lost = 0;
    std::vector<std::shared_ptr<async::Outcome<bool>>> waiters;  // whether it is durable
    void add(std::string_view tenant_id, std::string_view line);
    bool empty() const { return groups.empty() && lines.empty(); }
  };

  void run();
  void commit(Waiting& waiting);
  void open_again();
  void tell_heads();
  Result<void> store(const Waiting& waiting);

  std::unique_ptr<storage::sqlite::Connection> connection_;
  const Place place_;
  telemetry::Log& log_;
  std::mutex mutex_;
  const bool is_strict_;
  std::condition_variable changed_;
  Waiting waiting_;
  std::set<std::string, std::less<>> moved_;       // tenants of records that came
  std::set<std::string, std::less<>> due_;         // and are kept by now; the thread's
  std::chrono::steady_clock::time_point tell_at_;  // the thread's
  bool hurries_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace callosum::pipeline
