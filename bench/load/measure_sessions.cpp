#include <algorithm>

#include "load/frames.hpp"
#include "load/modes.hpp"
#include "load/samples.hpp"
#include "wire/ws_bytes.hpp"

namespace callosum::bench {
namespace {

constexpr Nanos kFrameTime = 20 * kMillisecond;

void open_sessions(Driver& driver, std::size_t count) {
  // A few at a time: what is measured is sessions, not a stampede.
  for (std::size_t opened = 0; opened < count;) {
    const auto group = std::min<std::size_t>(50, count - opened);
    for (std::size_t i = 0; i < group; ++i) driver.add_caller();
    opened += group;
    driver.wait_for_sessions(opened);
  }
}

void close_sessions(Driver& driver) {
  while (!driver.callers().empty()) driver.drop(*driver.callers().back());
  driver.wait_for_none();
}

Nanos span(double seconds) { return static_cast<Nanos>(seconds * 1e9); }

}  // namespace

Figures measure_relay(Driver& driver, const LoadOptions& options) {
  AudioFrames frames;
  Samples to_provider, to_caller;
  const auto opening = AudioFrames::opening();
  driver.on_provider_ready = [&](Leg& leg) { driver.send(leg, opening); };
  open_sessions(driver, options.sessions);
  driver.on_provider_event = [&](Leg& leg, std::string_view event) {
    const auto sent = AudioFrames::sent_at(event);
    if (sent < 0) return;
    const auto time = now();
    to_provider.add(time - sent);
    driver.send(leg, frames.delta(time));
  };
  driver.on_caller_event = [&](Leg&, std::string_view event) {
    const auto sent = AudioFrames::sent_at(event);
    if (sent >= 0) to_caller.add(now() - sent);
  };

  // Callers speak one after the other, so that their frames are spread over the 20 ms.
  const auto gap = kFrameTime / static_cast<Nanos>(options.sessions);
  auto due = now();
  std::size_t next = 0;
  const auto pace = [&](Nanos time) {
    for (; due <= time && !driver.callers().empty(); due += gap) {
      driver.send(*driver.callers()[next++ % driver.callers().size()], frames.append(now()));
    }
    return due;
  };
  driver.run_until(now() + span(options.warm_up_seconds), pace);
  to_provider.clear();
  to_caller.clear();
  if (!options.profile.empty()) driver.server().profile(options.profile, options.seconds);
  const auto cpu = driver.server().cpu_time();
  driver.run_until(now() + span(options.seconds), pace);
  const auto used = static_cast<double>(driver.server().cpu_time() - cpu);
  const auto events = static_cast<double>(to_provider.size() + to_caller.size());
  return {{"events", events},
          {"events_per_s", events / options.seconds},
          {"cpu_us_per_event", events > 0 ? used / 1e3 / events : 0},
          {"server_busy", used / 1e9 / options.seconds},
          {"to_provider_p50_us", to_provider.percentile_us(0.5)},
          {"to_provider_p99_us", to_provider.percentile_us(0.99)},
          {"to_caller_p50_us", to_caller.percentile_us(0.5)},
          {"to_caller_p99_us", to_caller.percentile_us(0.99)},
          {"closed_early", static_cast<double>(driver.seen().closed_early)}};
}

Figures measure_start(Driver& driver, const LoadOptions& options) {
  constexpr std::size_t kAtOnce = 8;
  std::size_t done = 0;
  Samples times;
  const auto run_starts = [&](std::size_t count) {
    for (std::size_t at = 0; at < count; at += kAtOnce) {
      const auto group = std::min(kAtOnce, count - at);
      const auto started = now();
      for (std::size_t i = 0; i < group; ++i) driver.add_caller();
      driver.wait_for_sessions(group);
      times.add(now() - started);
      close_sessions(driver);
      done += group;
    }
  };
  run_starts(std::max<std::size_t>(kAtOnce, options.sessions / 5));
  times.clear();
  done = 0;
  if (!options.profile.empty()) driver.server().profile(options.profile, options.seconds);
  const auto cpu = driver.server().cpu_time();
  run_starts(options.sessions);
  const auto used = static_cast<double>(driver.server().cpu_time() - cpu);
  return {{"starts", static_cast<double>(done)},
          {"cpu_us_per_start", used / 1e3 / static_cast<double>(done)},
          {"group_of_8_p50_us", times.percentile_us(0.5)},
          {"update_bytes", static_cast<double>(driver.seen().update_bytes)}};
}

Figures measure_idle(Driver& driver, const LoadOptions& options) {
  // What the first sessions load once is not what a session costs.
  open_sessions(driver, 20);
  close_sessions(driver);
  driver.run_until(now() + span(0.5));
  const auto before = static_cast<double>(driver.server().pss_bytes());
  open_sessions(driver, options.sessions);
  driver.run_until(now() + span(std::max(2.0, options.seconds)));
  const auto after = static_cast<double>(driver.server().pss_bytes());
  const auto cpu = driver.server().cpu_time();
  driver.run_until(now() + kSecond);
  const auto used = static_cast<double>(driver.server().cpu_time() - cpu);
  return {{"sessions", static_cast<double>(driver.ready_sessions())},
          {"kib_per_session", (after - before) / 1024 / static_cast<double>(options.sessions)},
          {"kib_before", before / 1024},
          {"cpu_ms_per_idle_s", used / 1e6}};
}

}  // namespace callosum::bench
