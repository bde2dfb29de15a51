#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace callosum::telemetry {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { json, text };

/// One named value of a line. Views must live until the call returns. There is no constructor from
/// Secret, nor from a whole JSON value: what may be logged is listed field by field by the caller.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text)
      : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const char* text)
      : key(name), value(std::string_view(text ? text : "")) {}
  LogField(std::string_view name, std::same_as<bool> auto flag) : key(name), value(flag) {}
  LogField(std::string_view name,
           std::integral auto number) requires(!std::same_as<decltype(number), bool>)
      : key(name), value(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view name, std::floating_point auto number)
      : key(name), value(static_cast<double>(number)) {}

  std::string_view key;
  Value value;
};

using LogFields = std::initializer_list<LogField>;

/// Where events are written down: `log.info("listening", {{"address", address}, {"port", port}})`.
/// Passed by reference to whoever needs it. Thread-safe; never throws and never waits for the disk.
class Log {
 public:
  virtual ~Log() = default;

  void debug(std::string_view event, LogFields fields = {}) { put(LogLevel::debug, event, fields); }
  void info(std::string_view event, LogFields fields = {}) { put(LogLevel::info, event, fields); }
  void warn(std::string_view event, LogFields fields = {}) { put(LogLevel::warn, event, fields); }
  void error(std::string_view event, LogFields fields = {}) { put(LogLevel::error, event, fields); }

  /// Whether a line of this level is written at all; ask before computing costly fields.
  virtual bool is_on(LogLevel level) const noexcept = 0;
  /// Lines that are written already, each a JSON object with its line break: the records of calls,
  /// many at a time.
  virtual void lines(std::string_view /*text*/) noexcept {}
  /// Lines lost since the start: the queue was full, or the file could not be written.
  virtual std::uint64_t dropped() const noexcept { return 0; }

 protected:
  virtual void write(LogLevel level, std::string_view event, LogFields fields) noexcept = 0;

 private:
  void put(LogLevel level, std::string_view event, LogFields fields) noexcept {
    if (is_on(level)) write(level, event, fields);
  }
};

/// For tests and commands that have nothing to say.
class NullLog final : public Log {
 public:
  bool is_on(LogLevel) const noexcept override { return false; }

 protected:
  void write(LogLevel, std::string_view, LogFields) noexcept override {}
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::json;
  std::string file;                ///< empty: standard error; else appended to, made with mode 0640
  std::size_t queue_lines = 4096;  ///< beyond: the oldest waiting line is lost and counted
};

/// A log with a writing thread of its own, which its destructor drains and joins. `clock` outlives
/// it. VALIDATION where the file cannot be opened.
Result<std::unique_ptr<Log>> make_log(const Clock& clock, const LogOptions& options);

}  // namespace callosum::telemetry
