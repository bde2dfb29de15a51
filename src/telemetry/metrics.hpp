#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace callosum::telemetry {

/// Label names and values of one series.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Handles: looked up once, then a few atomic operations a use. Copyable; live as long as their
/// Metrics.
class Counter {
 public:
  explicit Counter(prometheus::Counter& series) : series_(&series) {}
  void add(double by = 1) const;  ///< `by` >= 0

 private:
  prometheus::Counter* series_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
  void add(double by = 1) const;
  void set(double value) const;

 private:
  prometheus::Gauge* series_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
  void observe(double value) const;

 private:
  prometheus::Histogram* series_;
};

/// How one tool call ended, for the four families that DESIGN section 12 names.
struct ToolCallSample {
  std::string_view tool;      ///< a name of the registry; what a model invented goes as "unknown"
  std::string_view category;  ///< retrieval, action, meta
  std::string_view channel;   ///< voice, text, mcp
  bool ok = false;
  std::string_view error_type;  ///< "TIMEOUT"; empty when ok
  std::chrono::microseconds latency{0};
  std::size_t result_bytes = 0;
};

/// Every number the process tells Prometheus. Thread-safe. One per process, owned by the
/// composition root. A family holds at most `kMaxSeries` series: beyond it, new label values are
/// counted under "other", so that no stranger's input can fill the memory.
class Metrics {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The series of these labels, made at its first use. `name` and label names are ours: [a-z_]+,
  /// else std::invalid_argument.
  Counter counter(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  /// `buckets`: upper bounds, rising; those of the family's first use hold.
  Histogram histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                      const std::vector<double>& buckets);

  /// Counts the call in tool_calls_count_total, _latency_ms, _errors_total and _result_bytes.
  void count_tool_call(const ToolCallSample& sample);

  Gauge sessions();                                          ///< live sessions
  Gauge queued_bytes();                                      ///< waiting for slow readers
  Counter audio_frames_dropped(std::string_view direction);  ///< to_caller, to_provider
  Counter provider_reconnects(std::string_view provider);
  /// From a change of a session's tools to the model's word that it has them, in ms.
  Histogram tools_loaded(std::string_view provider);
  Counter provider_failovers(std::string_view from, std::string_view to);
  Counter sessions_started(std::string_view provider, std::string_view reply_path,
                           std::string_view tool_ownership);
  Counter provider_calls_ignored(std::string_view provider);  ///< of a model that only speaks
  Counter latency_budget_overruns(std::string_view tool);
  Counter connections_refused(std::string_view limit);  ///< total, address
  Counter provider_limits_low(std::string_view provider, std::string_view limit);

  /// Everything, in Prometheus's text format 0.0.4.
  std::string render() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Bucket bounds in milliseconds for what a caller waits for.
const std::vector<double>& latency_buckets_ms();

}  // namespace callosum::telemetry
