#include <benchmark/benchmark.h>

#include "audio/g711.hpp"

namespace callosum::audio {
namespace {

void BM_DecodeMulawFrame(benchmark::State& state) {
  const std::vector<std::uint8_t> codes(160, 0x5a);  // 20 ms of a telephone
  std::vector<std::int16_t> samples;
  for (auto _ : state) {
    samples.clear();
    decode_mulaw(codes, samples);
    benchmark::DoNotOptimize(samples.data());
  }
}
BENCHMARK(BM_DecodeMulawFrame);

void BM_EncodeMulawFrame(benchmark::State& state) {
  const std::vector<std::int16_t> samples(160, 1234);
  std::vector<std::uint8_t> codes;
  for (auto _ : state) {
    codes.clear();
    encode_mulaw(samples, codes);
    benchmark::DoNotOptimize(codes.data());
  }
}
BENCHMARK(BM_EncodeMulawFrame);

}  // namespace
}  // namespace callosum::audio
