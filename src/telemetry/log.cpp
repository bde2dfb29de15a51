#include "telemetry/log.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>
#include <utility>

#include "telemetry/log_line.hpp"

namespace callosum::telemetry {
namespace {

/// Writes each line with one system call: nothing waits in a buffer when the process dies, and
/// lines of several processes do not mix. Used by the one writing thread only.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  DescriptorSink(int descriptor, bool owned, std::atomic<std::uint64_t>& lost)
      : descriptor_(descriptor), owned_(owned), lost_(lost) {}
  ~DescriptorSink() override {
    if (owned_) ::close(descriptor_);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string_view left(message.payload.data(), message.payload.size());
    while (!left.empty()) {
      const auto written = ::write(descriptor_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        ++lost_;
        return;
      }
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush_() override {}

 private:
  int descriptor_;
  bool owned_;
  std::atomic<std::uint64_t>& lost_;
};

class QueuedLog final : public Log {
 public:
  QueuedLog(const Clock& clock, const LogOptions& options, int descriptor)
      : clock_(clock),
        level_(options.level),
        format_(options.format),
        pool_(std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1)) {
    auto sink = std::make_shared<DescriptorSink>(descriptor, descriptor != STDERR_FILENO, lost_);
    logger_ = std::make_shared<spdlog::async_logger>("callosum", std::move(sink), pool_,
                                                     spdlog::async_overflow_policy::overrun_oldest);
    logger_->set_level(spdlog::level::trace);
    logger_->set_error_handler([this](const std::string&) { ++lost_; });
  }

  ~QueuedLog() override {
    pool_.reset();  // drains the queue and joins its thread: nobody else holds the sink after that
    logger_.reset();
  }

  bool is_on(LogLevel level) const noexcept override { return level >= level_; }

  void lines(std::string_view text) noexcept override {
    try {
      logger_->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
    } catch (...) {
      ++lost_;
    }
  }

  std::uint64_t dropped() const noexcept override { return lost_ + pool_->overrun_counter(); }

 protected:
  void write(LogLevel level, std::string_view event, LogFields fields) noexcept override {
    try {
      LogLine line{clock_.wall_now(), level, event, fields, take_news_of_loss()};
      std::string text = format_ == LogFormat::json ? render_json(line) : render_text(line);
      text += '\n';
      logger_->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
    } catch (...) {
      ++lost_;  // out of memory: the caller's work matters more than its line
    }
  }

 private:
  std::uint64_t take_news_of_loss() {
    const std::uint64_t now = dropped();
    const std::uint64_t before = told_.exchange(now);
    return now > before ? now - before : 0;
  }

  const Clock& clock_;
  LogLevel level_;
  LogFormat format_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> told_{0};
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

Result<std::unique_ptr<Log>> make_log(const Clock& clock, const LogOptions& options) {
  int descriptor = STDERR_FILENO;
  if (!options.file.empty()) {
    descriptor = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (descriptor < 0) {
      return fail(ErrorType::validation,
                  "log.file: cannot open " + options.file + ": " + std::strerror(errno));
    }
  }
  return std::unique_ptr<Log>(std::make_unique<QueuedLog>(clock, options, descriptor));
}

}  // namespace callosum::telemetry
