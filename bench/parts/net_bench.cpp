#include <benchmark/benchmark.h>

#include "net/ws_codec.hpp"
#include "net/ws_frame_writer.hpp"
#include "parts/texts.hpp"

namespace callosum::net {
namespace {

const std::string kAudio = bench::audio_event("input_audio_buffer.append", "audio");

std::string frame(WsRole writer, std::string_view payload) {
  const auto made = ws_frame_writer().encode(writer, WsOpcode::text, payload);
  return std::string(made.head).append(made.body);
}

void encode(benchmark::State& state, WsRole role) {
  for (auto _ : state) {
    auto made = ws_frame_writer().encode(role, WsOpcode::text, kAudio);
    benchmark::DoNotOptimize(made);
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
