#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/audit.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// Audit records as JSON lines in a file, written in groups by a thread of its own: at most 100 ms
/// after the call.
class FileAudit final : public pipeline::AuditSink {
 public:
  static Result<std::unique_ptr<FileAudit>> open(const std::filesystem::path& file,
                                                 telemetry::Log& log);
  ~FileAudit() override;
  void write(const pipeline::AuditRecord& record) override;

 private:
  FileAudit(int descriptor, telemetry::Log& log);
  void run();
  void commit(const std::string& lines);

  int descriptor_;
  telemetry::Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Counts each record, warns of what took longer than its tool should, then hands it on.
class CountingAudit final : public pipeline::AuditSink {
 public:
  CountingAudit(telemetry::Metrics& metrics, telemetry::Log& log, pipeline::AuditSink& next)
      : metrics_(metrics), log_(log), next_(next) {}
  void write(const pipeline::AuditRecord& record) override;

 private:
  void tell_slow(const pipeline::AuditRecord& record);

  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  pipeline::AuditSink& next_;
};

}  // namespace callosum::app
