// What a call costs in the gateway itself, by its own parts: beside the same call with no gate, and
// beside the least synced transaction of this machine. Prints one JSON line of figures.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <time.h>
#include <vector>

#include "executor/plain_exchange.hpp"
#include "executor/synced_write.hpp"
#include "executor/world.hpp"
#include "load/samples.hpp"
#include "pipeline/prepare.hpp"
#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

namespace asio = boost::asio;

struct Options {
  std::string folder, packs;
  double seconds = 10;  ///< of the reads, and of the writes, all rounds together
  int rounds = 5;
};

/// One thing that is measured, and what each round has made of it.
struct Line {
  Samples times;   // of this round
  Samples of_all;  // of those before: a round's own p99 says little where each call takes its time
  std::vector<double> p50_us;

  void end_round() {
    p50_us.push_back(times.percentile_us(0.5));
    of_all.add_all(times);
    times.clear();
  }
};
using Lines = std::map<std::string, Line>;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

asio::awaitable<void> ask_gates(World& world, const pipeline::CallRequest& request, Nanos& took) {
  const auto& gates = world.parts().gates;
  const auto deadline = async::Deadline::after(world.parts().time, std::chrono::seconds(10));
  const auto prepared = pipeline::prepare(request.call, *request.context, *request.calls, deadline);
  bool passes = true;
  const auto started = now();
  for (const auto& gate : gates) {  // as the executor asks them
    auto verdict = gate->judge(prepared);
    if (!verdict) {
      auto asking = gate->ask(prepared);
      verdict = co_await std::move(asking);
    }
    passes = passes && verdict->passes();
  }
  took = now() - started;
  errno = 0;
  if (!passes) die("a gate refused");
  request.calls->answer(prepared.known_as(), std::make_shared<const registry::Envelope>(), 0);
}

/// The gates alone, of a call that passes them all.
Nanos time_gates(World& world, pipeline::CallRequest request) {
  Nanos took = 0;
  bool has_ended = false;
  asio::co_spawn(world.context(), ask_gates(world, request, took),
                 [&](const std::exception_ptr&) { has_ended = true; });
  while (!has_ended) world.context().run_one();
  return took;
}

json::object new_booking(std::string booking, std::uint64_t number) {
  return {{"booking_id", std::move(booking)},
          {"customer_phone", "+1555" + std::to_string(number)},
          {"service", "beard trim"},
          {"booking_datetime", "2026-11-24T10:00:00Z"}};
}

/// Each thing once after the other, again and again: whatever the machine does meets them all.
void measure_reads(World& world, Lines& lines, Nanos until) {
  Caller gated(world, world.executor()), ungated(world, world.ungated());
  while (now() < until) {
    for (const auto* tool : {"get_booking", "look_nowhere"}) {
      const json::object asked{{"booking_id", world.some_booking()}};
      const std::string name = tool;
      lines[name].times.add(gated.call(gated.plan(tool, asked)));
      lines[name + "_ungated"].times.add(ungated.call(ungated.plan(tool, asked)));
    }
    const json::object asked{{"booking_id", world.some_booking()}};
    lines["gates"].times.add(time_gates(world, gated.plan("get_booking", asked)));
  }
}

/// In an order of its own each time: of syncs that follow each other a disk lets some wait, and
/// those behind them have it easy.
class Writes {
 public:
  Writes(World& world, const Options& options, Lines& lines)
      : world_(world),
        synced_(least_write(options.folder)),
        by_hand_(booking_by_hand(options.folder, options.packs)),
        lines_(lines),
        caller_(world, world.executor()) {}

  /// One after the other, as in a gateway that has something to do.
  void measure(Nanos until) { run_kinds(until, false); }
  /// Each as the only one, at a moment of its own: caches are cold and processors asleep.
  void measure_alone(Nanos until) { run_kinds(until, true); }

 private:
  void run_kinds(Nanos until, bool is_alone) {
    suffix_ = is_alone ? "_alone" : "";
    std::vector<std::function<void()>> kinds{
        [this] { write("add_booking"); },
        [this] { write("send_booking"); },
        [this] { add("synced", synced_.run()); },
        [this] { add("by_hand", by_hand_.run()); },
        [this] { add("synced_twice", synced_.run() + exchange_.run() + synced_.run()); },
        [this] { add("exchange", exchange_.run()); },
        [this] { add("gates_of_write", time_gates(world_, plan("add_booking"))); },
    };
    while (now() < until) {
      std::shuffle(kinds.begin(), kinds.end(), random_);
      for (const auto& run : kinds) {
        if (is_alone) rest();
        run();
      }
    }
  }

  pipeline::CallRequest plan(const char* tool) {
    return caller_.plan(tool, new_booking(world_.some_booking(), ++number_));
  }
  void write(const char* tool) { add(tool, caller_.call(plan(tool))); }
  void add(const char* name, Nanos took) { lines_[name + suffix_].times.add(took); }

  void rest() {
    const auto span = 5 * kMillisecond + static_cast<Nanos>(random_() % (20 * kMillisecond));
    const timespec pause{0, static_cast<long>(span)};
    nanosleep(&pause, nullptr);
  }

  World& world_;
  SyncedWrite synced_, by_hand_;
  PlainExchange exchange_;
  Lines& lines_;
  Caller caller_;
  std::mt19937_64 random_{7};
  std::uint64_t number_ = 0;
  std::string suffix_;
};

void measure(const Options& options) {
  World world(options.folder, options.packs);
  const auto span = static_cast<Nanos>(options.seconds * 1e9) / options.rounds;
  Lines lines;
  measure_reads(world, lines, now() + span / 2);  // warms up
  Writes writes(world, options, lines);
  writes.measure(now() + span / 2);
  for (auto& [name, line] : lines) line.times.clear();
  for (int round = 0; round < options.rounds; ++round) {
    measure_reads(world, lines, now() + span);
    writes.measure(now() + span / 2);
    writes.measure_alone(now() + span);
    for (auto& [name, line] : lines) line.end_round();
  }
  std::printf("{\"rounds\":%d", options.rounds);
  for (auto& [name, line] : lines) {
    std::printf(",\"%s_p50_us\":%.6g,\"%s_p99_us\":%.6g", name.c_str(), median(line.p50_us),
                name.c_str(), line.of_all.percentile_us(0.99));
  }
  std::printf("}\n");
}

}  // namespace
}  // namespace callosum::bench

int main(int argc, char** argv) {
  using callosum::bench::die;
  callosum::bench::Options options;
  const std::map<std::string, std::function<void(const char*)>> setters = {
      {"--folder", [&](auto* text) { options.folder = text; }},
      {"--packs", [&](auto* text) { options.packs = text; }},
      {"--seconds", [&](auto* text) { options.seconds = std::strtod(text, nullptr); }},
      {"--rounds", [&](auto* text) { options.rounds = std::max(1, std::atoi(text)); }},
  };
  for (int at = 1; at < argc; at += 2) {
    const auto setter = setters.find(argv[at]);
    errno = 0;
    if (setter == setters.end() || at + 1 >= argc) {
      die("usage: bench_executor --folder NEW --packs bench/packs [--seconds S] [--rounds N]");
    }
    setter->second(argv[at + 1]);
  }
  callosum::bench::measure(options);
  return 0;
}
