#include <benchmark/benchmark.h>
#include <boost/json/monotonic_resource.hpp>

#include "base/json.hpp"
#include "parts/texts.hpp"
#include "registry/envelope.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {
namespace {

std::shared_ptr<const Snapshot> receptionist() {
  static const auto outcome = load_packs({CALLOSUM_SOURCE_DIR "/packs/receptionist"});
  return outcome.snapshot;
}

/// A row a tool: the text of its arguments becomes a value and is held against its schema.
void parse_and_validate(benchmark::State& state, std::string_view tool, std::string_view text) {
  const auto snapshot = receptionist();
  const auto* spec = snapshot ? snapshot->find(tool) : nullptr;
  if (spec == nullptr) return state.SkipWithError("the receptionist has no such tool");
  bool is_valid = true;
  for (auto _ : state) {
    unsigned char memory[4096];
    json::monotonic_resource resource(memory, sizeof memory);
    auto arguments = parse_arguments(text, &resource);
    const json::value value(std::move(*arguments), &resource);
    is_valid = is_valid && spec->input->is_valid(value);
    benchmark::DoNotOptimize(is_valid);
  }
  if (!is_valid) state.SkipWithError("the arguments are not valid");
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const auto& [tool, text] : bench::kReceptionistArguments) {
    benchmark::RegisterBenchmark(("BM_ParseAndValidate/" + std::string(tool)).c_str(),
                                 parse_and_validate, tool, text);
  }
  return true;
}();

void BM_FindTool(benchmark::State& state) {
  const auto snapshot = receptionist();
  if (!snapshot) return state.SkipWithError("the receptionist does not load");
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->find("get_availability"));
}
BENCHMARK(BM_FindTool);

void BM_EncodeEnvelope(benchmark::State& state) {
  Envelope envelope;
  envelope.data = parse_strict(bench::kBooking).value().at("data");
  envelope.meta.tool_id = "receptionist.get_latest_booking";
  envelope.meta.tool_version = "1.0.0";
  envelope.meta.registry_version = "1.0.8f3a9c1e";
  envelope.meta.call_id = "call_CfQ000000000012";
  for (auto _ : state) benchmark::DoNotOptimize(encode_text(envelope));
}
BENCHMARK(BM_EncodeEnvelope);

}  // namespace
}  // namespace callosum::registry
