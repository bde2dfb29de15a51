#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/twilio/spread.hpp"

namespace callosum::sim::twilio {

namespace json = boost::json;

/// What has happened on all calls: a line an event, and a summary behind them. One thread.
class Report {
 public:
  enum class Form : std::uint8_t { text, json, nothing };

  explicit Report(Form form) : form_(form) {}

  /// {call, ms, event, ...details}: written at once, so that a test can read along.
  void line(std::string_view call, std::int64_t ms, std::string_view event,
            json::object details = {});

  void add_latency(double ms) { latencies_.add(ms); }
  void add_jitter(double ms) { jitters_.add(ms); }
  void add_clear(double ms) { clears_.add(ms); }
  void count(std::string_view counter, std::uint64_t by = 1);
  /// Counters, and p50, p90, p99 and the greatest of what was measured.
  json::object summary() const;
  void write_summary();

 private:
  void write(const json::object& line);

  Form form_;
  json::object counters_;
  Spread latencies_;  ///< last voiced frame of the caller to first audible of the answer
  Spread jitters_;    ///< of messages in a row: how much nearer to the ear than the earliest
  Spread clears_;     ///< first voiced frame of an interruption to `clear`
};

}  // namespace callosum::sim::twilio
