#include "telemetry/metrics.hpp"

#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <shared_mutex>
#include <stdexcept>

#include "base/text.hpp"

namespace callosum::telemetry {
namespace {

constexpr std::size_t kMaxLabelBytes = 128;

const std::vector<double>& result_buckets_bytes() {
  static const std::vector<double> kBuckets{64, 256, 1024, 4096, 8192, 16384, 65536, 1048576};
  return kBuckets;
}

bool is_metric_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name[0]) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), is_part);
}

prometheus::Labels to_prometheus(const MetricLabels& labels) {
  prometheus::Labels out;
  for (const auto& [name, value] : labels) {
    if (!is_metric_name(name) || name == "le") {
      throw std::invalid_argument("not a label name: " + name);
    }
    const bool clean = value.size() <= kMaxLabelBytes && is_valid_utf8(value);
    out.emplace(name, clean ? value : "other");
  }
  return out;
}

/// One metric's name and its series by label values.
template <class Series>
struct FamilyTable {
  prometheus::Family<Series>* family = nullptr;
  std::map<prometheus::Labels, Series*> series;

  template <class... Args>
  Series& find_or_add(prometheus::Labels labels, const Args&... args) {
    auto known = series.find(labels);
    if (known == series.end() && series.size() >= Metrics::kMaxSeries) {
      for (auto& label : labels) label.second = "other";
      known = series.find(labels);
    }
    if (known == series.end()) {
      known = series.emplace(labels, &family->Add(labels, args...)).first;
    }
    return *known->second;
  }
};

template <class Series>
using Families = std::map<std::string, FamilyTable<Series>, std::less<>>;

template <class Series, class Builder>
FamilyTable<Series>& find_or_build(Families<Series>& families, std::string_view name,
                                   std::string_view help, Builder builder,
                                   prometheus::Registry& registry) {
  auto found = families.find(name);
  if (found == families.end()) {
    if (!is_metric_name(name))
      throw std::invalid_argument("not a metric name: " + std::string(name));
    auto& family = builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
    found = families.emplace(std::string(name), FamilyTable<Series>{&family, {}}).first;
  }
  return found->second;
}

/// One string of the label values; no value holds a line end but by malice, and then shares a
/// stranger's series.
std::string key_of(std::initializer_list<std::string_view> values) {
  std::string key;
  key.reserve(96);
  for (const auto value : values) {
    key += value;
    key += '\n';
  }
  return key;
}

/// The handles of one (tool, category, channel, ok).
struct ToolHandles {
  Counter count;
  Histogram latency;
  Histogram bytes;
};

}  // namespace

const std::vector<double>& latency_buckets_ms() {
  static const std::vector<double> kBuckets{0.25, 0.5, 1,   2.5, 5,    10,   25,   50,
                                            100,  200, 400, 800, 1600, 3000, 10000};
  return kBuckets;
}

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;  // of the families
  Families<prometheus::Counter> counters;
  Families<prometheus::Gauge> gauges;
  Families<prometheus::Histogram> histograms;

  std::shared_mutex tool_mutex;  // of the tables below: the hot path takes it shared
  std::map<std::string, ToolHandles, std::less<>> tools;
  std::map<std::string, Counter, std::less<>> tool_errors;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const MetricLabels& labels) {
  const std::scoped_lock lock(state_->mutex);
  auto& family =
      find_or_build(state_->counters, name, help, prometheus::BuildCounter(), state_->registry);
  return Counter(family.find_or_add(to_prometheus(labels)));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
  const std::scoped_lock lock(state_->mutex);
  auto& family =
      find_or_build(state_->gauges, name, help, prometheus::BuildGauge(), state_->registry);
  return Gauge(family.find_or_add(to_prometheus(labels)));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help,
                             const MetricLabels& labels, const std::vector<double>& buckets) {
  const std::scoped_lock lock(state_->mutex);
  auto& family =
      find_or_build(state_->histograms, name, help, prometheus::BuildHistogram(), state_->registry);
  return Histogram(family.find_or_add(to_prometheus(labels), buckets));
}

void Metrics::count_tool_call(const ToolCallSample& sample) {
  const auto find_or_make = [this](auto& table, const std::string& key, auto make) {
    {
      const std::shared_lock lock(state_->tool_mutex);
      if (const auto found = table.find(key); found != table.end()) return found->second;
    }
    const auto made = make();
    const std::unique_lock lock(state_->tool_mutex);
    // Beyond the cap the families answer with their "other" series; remembering each key would fill
    // memory.
    if (table.size() < kMaxSeries) table.emplace(key, made);
    return made;
  };
  const std::string_view ok = sample.ok ? "true" : "false";
  const auto handles =
      find_or_make(state_->tools, key_of({sample.tool, sample.category, sample.channel, ok}), [&] {
        const std::string tool(sample.tool);
        const MetricLabels labels{{"tool", tool},
                                  {"category", std::string(sample.category)},
                                  {"channel", std::string(sample.channel)},
                                  {"ok", std::string(ok)}};
        return ToolHandles{
            counter("tool_calls_count_total", "Tool calls that were answered.", labels),
            histogram("tool_calls_latency_ms", "From the call's arrival to its answer, in ms.",
                      {{"tool", tool}}, latency_buckets_ms()),
            histogram("tool_calls_result_bytes", "Size of the answers, in bytes.", {{"tool", tool}},
                      result_buckets_bytes())};
      });
  handles.count.add();
  handles.latency.observe(static_cast<double>(sample.latency.count()) / 1000);
  handles.bytes.observe(static_cast<double>(sample.result_bytes));
  if (sample.ok) return;

  const auto errors =
      find_or_make(state_->tool_errors, key_of({sample.tool, sample.error_type}), [&] {
        return counter(
            "tool_calls_errors_total", "Tool calls answered with an error, by its type.",
            {{"tool", std::string(sample.tool)}, {"type", std::string(sample.error_type)}});
      });
  errors.add();
}

Gauge Metrics::sessions() { return gauge("sessions", "Live sessions."); }

Gauge Metrics::queued_bytes() {
  return gauge("queued_bytes", "Bytes that wait for slow readers, of all connections.");
}

Counter Metrics::audio_frames_dropped(std::string_view direction) {
  return counter("audio_frames_dropped_total", "Audio frames lost because a reader was too slow.",
                 {{"direction", std::string(direction)}});
}

Counter Metrics::provider_reconnects(std::string_view provider) {
  return counter("provider_reconnects_total", "Connections to a provider made again.",
                 {{"provider", std::string(provider)}});
}

Histogram Metrics::tools_loaded(std::string_view provider) {
  static const std::vector<double> kBuckets{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
  return histogram(
      "tools_loaded_ms",
      "From a change of a session's tools to the model's word that it has them, in ms.",
      {{"provider", std::string(provider)}}, kBuckets);
}

Counter Metrics::sessions_started(std::string_view provider, std::string_view reply_path,
                                  std::string_view tool_ownership) {
  return counter("sessions_started_total", "Sessions, by who owns ears, brain and mouth.",
                 {{"provider", std::string(provider)},
                  {"reply_path", std::string(reply_path)},
                  {"tool_ownership", std::string(tool_ownership)}});
}

Counter Metrics::provider_calls_ignored(std::string_view provider) {
  return counter("provider_calls_ignored_total",
                 "Function calls of a model that only speaks what it is given.",
                 {{"provider", std::string(provider)}});
}

Counter Metrics::latency_budget_overruns(std::string_view tool) {
  return counter("latency_budget_overruns_total",
                 "Calls that were slower than the tool's soft budget.",
                 {{"tool", std::string(tool)}});
}

Counter Metrics::connections_refused(std::string_view limit) {
  return counter("connections_refused_total", "Connections refused, by the limit they met.",
                 {{"limit", std::string(limit)}});
}

Counter Metrics::provider_failovers(std::string_view from, std::string_view to) {
  return counter("provider_failovers_total",
                 "Sessions that went on with another provider, or began with one.",
                 {{"from", std::string(from)}, {"to", std::string(to)}});
}

Counter Metrics::provider_limits_low(std::string_view provider, std::string_view limit) {
  return counter("provider_limits_low_total",
                 "Times that less than a tenth of a provider's rate limit was left.",
                 {{"provider", std::string(provider)}, {"limit", std::string(limit)}});
}

std::string Metrics::render() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

void Counter::add(double by) const { series_->Increment(by); }
void Gauge::add(double by) const { series_->Increment(by); }
void Gauge::set(double value) const { series_->Set(value); }
void Histogram::observe(double value) const { series_->Observe(value); }

}  // namespace callosum::telemetry
