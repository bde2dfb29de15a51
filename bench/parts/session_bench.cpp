#include <benchmark/benchmark.h>

#include "session/load_book.hpp"
#include "storage/database.hpp"

namespace callosum::session {
namespace {

constexpr int kSessions = 1000;

struct Nobody final : LoadWatcher {
  void on_loaded(const std::string&) override {}
};

/// A book with a thousand conversations of a pack of forty tools in four modes.
struct Crowd {
  Crowd() {
    std::string yaml = "pack: helper\nversion: 1.0.0\naccess_mode: confirm\nmodes:\n";
    for (int mode = 0; mode < 4; ++mode) {
      yaml += "  m" + std::to_string(mode) + ": {summary: One of four.}\n";
    }
    yaml += "tools:\n";
    for (int i = 0; i < 40; ++i) {
      yaml += "  - {name: tool_" + std::to_string(i) +
              ", version: 1.0.0, summary: Does one thing., category: action, access: read, "
              "channels: [voice], modes: [m" +
              std::to_string(i % 4) +
              "], input: {type: object, properties: {a: {type: string}}, additionalProperties: "
              "false}, run: {builtin: noop}}\n";
    }
    const auto outcome = registry::load_pack_text(yaml, "bench");
    if (!outcome.snapshot) std::abort();
    LoadGround ground;
    ground.tenant_id = "tenant";
    ground.subject = "user";
    ground.snapshot = outcome.snapshot;
    for (int i = 0; i < kSessions; ++i) {
      ground.session_id = "sess_" + std::to_string(i);
      book->begin(ground, {});
    }
  }
  std::unique_ptr<storage::Database> database =
      std::move(*storage::Database::open({.path = "bench_book.db"}));
  Nobody nobody;
  std::unique_ptr<LoadBook> book = std::make_unique<LoadBook>(*database, nobody);
};

/// One session of a thousand goes from one mode to another.
void BM_NewEpochAtAThousandSessions(benchmark::State& state) {
  static Crowd crowd;
  std::uint64_t n = 0;
  for (auto _ : state) {
    const auto id = "sess_" + std::to_string(n % kSessions);
    const auto mode = "m" + std::to_string(n / kSessions % 4);
    benchmark::DoNotOptimize(crowd.book->change(id, {.mode = mode, .only = {}}));
    ++n;
  }
}
BENCHMARK(BM_NewEpochAtAThousandSessions);

/// What every call asks.
void BM_CurrentAtAThousandSessions(benchmark::State& state) {
  static Crowd crowd;
  std::uint64_t n = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(crowd.book->current("sess_" + std::to_string(n++ % kSessions)));
  }
}
BENCHMARK(BM_CurrentAtAThousandSessions);

}  // namespace
}  // namespace callosum::session
