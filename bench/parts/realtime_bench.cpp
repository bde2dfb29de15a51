#include <benchmark/benchmark.h>

#include "parts/texts.hpp"
#include "realtime/client_event.hpp"
#include "realtime/server_event.hpp"

namespace callosum::realtime {
namespace {

void BM_PeekAudio(benchmark::State& state) {
  const auto event = bench::audio_event("response.output_audio.delta", "delta");
  for (auto _ : state) benchmark::DoNotOptimize(peek_type(event));
}
BENCHMARK(BM_PeekAudio);

void BM_PeekCall(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(peek_type(bench::kItemDone));
}
BENCHMARK(BM_PeekCall);

void BM_DecodeFinishedCall(benchmark::State& state) {
  for (auto _ : state) {
    auto event = decode_server_event({EventType::output_item_done, bench::kItemDone});
    benchmark::DoNotOptimize(event);
  }
}
BENCHMARK(BM_DecodeFinishedCall);

void BM_EncodeFunctionOutput(benchmark::State& state) {
  for (auto _ : state) {
    auto text = encode_function_output("call_CfQ000000000012", bench::kBooking, "evt_12");
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(BM_EncodeFunctionOutput);

void BM_EncodeResponseCreate(benchmark::State& state) {
  const json::object none;
  for (auto _ : state) {
    auto text = encode_response_create(none, "evt_12");
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(BM_EncodeResponseCreate);

}  // namespace
}  // namespace callosum::realtime
