#include <algorithm>
#include <memory>
#include <random>
#include <unordered_map>

#include "load/frames.hpp"
#include "load/modes.hpp"
#include "load/samples.hpp"

namespace callosum::bench {
namespace {

/// The provider's side of a session that calls tools.
class Calls {
 public:
  Calls(Driver& driver, const LoadOptions& options)
      : driver_(driver), options_(options), frames_(options.tool) {
    driver_.on_provider_event = [this](Leg& leg, std::string_view event) { on_event(leg, event); };
    for (std::size_t i = 0; i < options.sessions; ++i) driver_.add_caller();
    driver_.wait_for_sessions(options.sessions);
  }
  ~Calls() { driver_.on_provider_event = nullptr; }

  /// Whether an answered call is followed by the next, or by the end of the turn.
  bool is_endless = false;

  void call(Leg& leg) {
    leg.call = ++last_call_;
    leg.since = now();
    driver_.send(leg, frames_.call(leg.call));
  }

  void clear() {
    times_.clear();
    answered_ = wrong_ = 0;
  }
  Samples& times() { return times_; }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t wrong() const { return wrong_; }

 private:
  void on_event(Leg& leg, std::string_view event) {
    if (is_type(event, "conversation.item.create")) return on_output(leg, event);
    if (!is_type(event, "response.create")) return;
    driver_.seen().create_bytes = event.size();
    if (is_endless) {
      call(leg);
    } else {
      driver_.send(leg, frames_.farewell(++last_call_));
    }
  }

  void on_output(Leg& leg, std::string_view event) {
    if (leg.call == 0) return;
    times_.add(now() - leg.since);
    ++answered_;
    const auto id = CallFrames::call_id(leg.call);
    leg.call = 0;
    driver_.seen().output_bytes = event.size();
    const bool is_ok = event.find(R"(\"ok\":true)") != std::string_view::npos;
    if (options_.checks_ids && (event.find(id) == std::string_view::npos || !is_ok)) {
      if (wrong_++ == 0) complaint_ = event;
    }
  }

  Driver& driver_;
  const LoadOptions& options_;
  CallFrames frames_;
  std::uint64_t last_call_ = 0;
  Samples times_;
  std::uint64_t answered_ = 0, wrong_ = 0;

 public:
  std::string complaint_;  ///< the first answer that was not the one expected
};

struct Measured {
  double seconds = 0, cpu_seconds = 0;
};

/// Warms up, then runs and counts; `on_time` paces.
Measured run_measured(Driver& driver, const LoadOptions& options, Calls& calls,
                      const std::function<Nanos(Nanos)>& on_time) {
  const auto span = [](double seconds) { return static_cast<Nanos>(seconds * 1e9); };
  driver.run_until(now() + span(options.warm_up_seconds), on_time);
  calls.clear();
  driver.seen().caller_frames = driver.seen().caller_bytes = 0;
  if (!options.profile.empty()) driver.server().profile(options.profile, options.seconds);
  const auto cpu = driver.server().cpu_time();
  const auto started = now();
  driver.run_until(started + span(options.seconds), on_time);
  const auto ended = now();
  return {static_cast<double>(ended - started) / 1e9,
          static_cast<double>(driver.server().cpu_time() - cpu) / 1e9};
}

Figures figures_of(Driver& driver, Calls& calls, const Measured& measured) {
  const auto answered = static_cast<double>(calls.answered());
  const auto& seen = driver.seen();
  const auto per_call = [&](double value) { return answered > 0 ? value / answered : 0; };
  if (!calls.complaint_.empty()) {
    std::fprintf(stderr, "bench: unexpected answer: %s\n", calls.complaint_.substr(0, 600).c_str());
  }
  return {{"calls", answered},
          {"wrong", static_cast<double>(calls.wrong())},
          {"calls_per_s", answered / measured.seconds},
          {"calls_per_cpu_s", measured.cpu_seconds > 0 ? answered / measured.cpu_seconds : 0},
          {"cpu_us_per_call", per_call(measured.cpu_seconds * 1e6)},
          {"server_busy", measured.cpu_seconds / measured.seconds},
          {"p50_us", calls.times().percentile_us(0.5)},
          {"p99_us", calls.times().percentile_us(0.99)},
          {"update_bytes", static_cast<double>(seen.update_bytes)},
          {"output_bytes", static_cast<double>(seen.output_bytes)},
          {"create_bytes", static_cast<double>(seen.create_bytes)},
          {"caller_bytes_per_call", per_call(static_cast<double>(seen.caller_bytes))},
          {"closed_early", static_cast<double>(seen.closed_early)}};
}

}  // namespace

Figures measure_turnaround(Driver& driver, const LoadOptions& options) {
  Calls calls(driver, options);
  // Callers come when they like: exponential gaps, the same ones in every run.
  std::mt19937_64 random(7);
  std::exponential_distribution<double> gap(options.calls_per_second / 1e9);
  auto due = now();
  const auto measured = run_measured(driver, options, calls, [&](Nanos time) {
    for (; due <= time; due += static_cast<Nanos>(gap(random))) {
      const auto& legs = driver.providers();
      if (legs.empty()) continue;
      auto& leg = *legs[random() % legs.size()];
      if (leg.call == 0) calls.call(leg);  // else it is still being answered
    }
    return due;
  });
  return figures_of(driver, calls, measured);
}

Figures measure_throughput(Driver& driver, const LoadOptions& options) {
  Calls calls(driver, options);
  calls.is_endless = true;
  const auto legs = driver.providers();
  for (auto* leg : legs) calls.call(*leg);
  const auto measured =
      run_measured(driver, options, calls, [](Nanos time) { return time + kSecond; });
  return figures_of(driver, calls, measured);
}

}  // namespace callosum::bench
