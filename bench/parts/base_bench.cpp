#include <benchmark/benchmark.h>
#include <boost/json/monotonic_resource.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "parts/texts.hpp"

namespace callosum {
namespace {

using bench::kBooking;

void BM_ParseStrictJson(benchmark::State& state) {
  for (auto _ : state) {
    unsigned char memory[8192];
    json::monotonic_resource resource(memory, sizeof memory);
    auto value = parse_strict(kBooking, {}, &resource);
    benchmark::DoNotOptimize(value);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBooking.size()));
}
BENCHMARK(BM_ParseStrictJson);

void BM_ParseArguments(benchmark::State& state) {
  for (auto _ : state) {
    unsigned char memory[2048];
    json::monotonic_resource resource(memory, sizeof memory);
    auto arguments = parse_arguments(R"({"service":"massage","date":"2026-11-24"})", &resource);
    benchmark::DoNotOptimize(arguments);
  }
}
BENCHMARK(BM_ParseArguments);

void BM_CanonicalJson(benchmark::State& state) {
  const auto value = parse_strict(kBooking).value();
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_canonical_json(value, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_CanonicalJson);

void BM_CanonicalHash(benchmark::State& state) {
  const auto value = parse_strict(R"({"service":"massage","date":"2026-11-24"})").value();
  for (auto _ : state) benchmark::DoNotOptimize(sha256_hex(canonical_json(value)));
}
BENCHMARK(BM_CanonicalHash);

void BM_EncodeBase64(benchmark::State& state) {
  const std::vector<std::uint8_t> audio(960, 0x5a);
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_base64(audio, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * 960);
}
BENCHMARK(BM_EncodeBase64);

void BM_DecodeBase64(benchmark::State& state) {
  const auto text = encode_base64(std::vector<std::uint8_t>(960, 0x5a));
  std::vector<std::uint8_t> out;
  for (auto _ : state) {
    auto decoded = decode_base64(text, out);
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(state.iterations() * 960);
}
BENCHMARK(BM_DecodeBase64);

}  // namespace
}  // namespace callosum
