#include <benchmark/benchmark.h>

#include "net/ws_batch.hpp"
#include "parts/texts.hpp"

namespace callosum::net {
namespace {

const std::string kAudio = bench::audio_event("input_audio_buffer.append", "audio");

std::string frame(WsRole writer, std::string_view payload) {
  WsBatch batch;
  batch.append(writer, WsOpcode::text, payload, FrameKind::audio);
  return std::string(batch.bytes());
}

void encode(benchmark::State& state, WsRole role) {
  WsBatch batch;
  for (auto _ : state) {
    batch.clear();
    batch.append(role, WsOpcode::text, kAudio, FrameKind::audio);
    benchmark::DoNotOptimize(batch.bytes());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kAudio.size()));
}
void BM_EncodeFrameToCaller(benchmark::State& state) { encode(state, WsRole::server); }
void BM_EncodeFrameToProvider(benchmark::State& state) { encode(state, WsRole::client); }
BENCHMARK(BM_EncodeFrameToCaller);
BENCHMARK(BM_EncodeFrameToProvider);

/// Unmasking happens where the frame lies, so each round starts from a fresh copy: the copy is
/// measured along.
void decode(benchmark::State& state, WsRole reader) {
  const auto bytes = frame(reader == WsRole::server ? WsRole::client : WsRole::server, kAudio);
  const WsLimits limits;
  WsDecoder decoder(reader, limits);
  std::string copy;
  for (auto _ : state) {
    copy = bytes;
    auto event = decoder.next(copy);
    benchmark::DoNotOptimize(event);
    decoder.release();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kAudio.size()));
}
void BM_DecodeFrameFromCaller(benchmark::State& state) { decode(state, WsRole::server); }
void BM_DecodeFrameFromProvider(benchmark::State& state) { decode(state, WsRole::client); }
BENCHMARK(BM_DecodeFrameFromCaller);
BENCHMARK(BM_DecodeFrameFromProvider);

}  // namespace
}  // namespace callosum::net
