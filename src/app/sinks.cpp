#include "app/sinks.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace callosum::app {

using namespace std::chrono_literals;

Result<std::unique_ptr<FileAudit>> FileAudit::open(const std::filesystem::path& file,
                                                   telemetry::Log& log) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail(ErrorType::permanent,
                "the audit file " + file.string() + " cannot be written: " + std::strerror(errno));
  }
  return std::unique_ptr<FileAudit>(new FileAudit(descriptor, log));
}

FileAudit::FileAudit(int descriptor, telemetry::Log& log)
    : descriptor_(descriptor), log_(log), thread_([this] { run(); }) {}

FileAudit::~FileAudit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  ::close(descriptor_);
}

void FileAudit::write(const pipeline::AuditRecord& record) {
  auto line = encode_text(record);
  line += '\n';
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_ += line;
  }
  if (first) changed_.notify_one();
}

void FileAudit::run() {
  std::string lines;  // keeps its room from group to group
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (!stopping_) changed_.wait_for(lock, 50ms, [this] { return stopping_; });  // gather a group
    lines.clear();
    std::swap(lines, waiting_);
    const bool stop = stopping_;
    lock.unlock();
    if (!lines.empty()) commit(lines);
    lock.lock();
    if (stop && waiting_.empty()) return;
  }
}

void FileAudit::commit(const std::string& lines) {
  std::size_t done = 0;
  while (done < lines.size()) {
    const auto wrote = ::write(descriptor_, lines.data() + done, lines.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      log_.error("audit_write_failed",
                 {{"reason", std::strerror(errno)}, {"lost_bytes", lines.size() - done}});
      return;
    }
    done += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(descriptor_) != 0) {
    log_.error("audit_sync_failed", {{"reason", std::strerror(errno)}});
  }
}

void CountingAudit::write(const pipeline::AuditRecord& record) {
  telemetry::ToolCallSample sample;
  // What a model invented must not become a label.
  sample.tool = record.tool_version.empty() ? "unknown" : std::string_view(record.tool);
  sample.category = record.category.empty() ? "unknown" : std::string_view(record.category);
  sample.channel = record.channel;
  sample.ok = record.outcome == "ok";
  if (!sample.ok) sample.error_type = record.outcome;
  sample.latency = record.duration;
  sample.result_bytes = record.result_bytes;
  metrics_.count_tool_call(sample);
  if (record.is_over_budget) tell_slow(record);
  next_.write(record);
}

void CountingAudit::tell_slow(const pipeline::AuditRecord& record) {
  metrics_.latency_budget_overruns(record.tool).add();
  log_.warn("latency_budget_overrun", {{"session_id", record.session_id},
                                       {"tool", record.tool},
                                       {"call_id", record.call_id},
                                       {"duration_ms", record.duration.count() / 1000},
                                       {"budget_ms", record.latency_budget.count()}});
}

}  // namespace callosum::app
