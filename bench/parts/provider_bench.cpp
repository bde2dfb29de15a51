#include <benchmark/benchmark.h>
#include <cmath>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "parts/texts.hpp"
#include "provider/gemini/wire.hpp"
#include "realtime/client_event.hpp"
#include "realtime/server_event.hpp"

// 20 ms of audio through an adapter, without a socket: what Gemini's makes of it, and beside it
// what OpenAI's port does with the same frame. Digits are of a tone: silence would compute faster.
namespace callosum::provider {

namespace json = boost::json;

namespace {

constexpr int kFrameSamples = 480;  // 20 ms at 24 kHz
constexpr const char* kModel = "gemini-2.5-flash-native-audio-preview-12-2025";
constexpr std::string_view kPcm = "audio/pcm";
constexpr std::string_view kPhone = "audio/pcmu";

std::string tone() {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < kFrameSamples; ++i) {
    const auto sample = static_cast<std::int16_t>(9000 * std::sin(0.13 * i));
    bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
    bytes.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xff));
  }
  return encode_base64(bytes);
}

std::string append_event() {
  return R"({"type":"input_audio_buffer.append","audio":")" + tone() + R"("})";
}
std::string gemini_content() {
  return R"({"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000",)"
         R"("data":")" +
         tone() + R"("}}]}}})";
}
/// A GA delta of the same sound, as OpenAI sends it.
std::string ga_delta() {
  auto event = bench::audio_event("response.output_audio.delta", "delta");
  const auto silence = std::string(1280, 'A');
  return event.replace(event.find(silence), silence.size(), tone());
}

struct Gemini {
  explicit Gemini(std::string_view format) : wire(kModel, random) {
    auto tools = std::make_shared<realtime::OfferedTools>();
    tools->text = "[]";
    const json::object side{{"format", json::object{{"type", format}}}};
    const json::object audio{{"output", side}};
    wire.open({json::object{{"type", "realtime"}, {"audio", audio}}, tools, ""}, "evt_1");
    wire.from_model(R"({"setupComplete":{}})", now);
    clear();
  }
  void clear() {
    wire.to_model().clear();
    wire.to_gateway().clear();
  }

  SeededRandom random{1};
  gemini::Wire wire;
  SteadyTime now{};
};

void BM_AudioToGemini(benchmark::State& state) {
  Gemini gemini(kPcm);
  const auto append = append_event();
  for (auto _ : state) {
    auto type = realtime::peek_type(append);
    benchmark::DoNotOptimize(type);
    if (!gemini.wire.hear(append, gemini.now)) state.SkipWithError("nothing to send");
    benchmark::DoNotOptimize(gemini.wire.sound().data());
  }
}
BENCHMARK(BM_AudioToGemini)->Unit(benchmark::kMicrosecond);

/// The frame goes to the connection as it came; its kind is known by its type.
void BM_AudioToOpenAi(benchmark::State& state) {
  const auto append = append_event();
  std::string sent;
  for (auto _ : state) {
    auto type = realtime::peek_type(append);
    benchmark::DoNotOptimize(type);
    sent.assign(append);
    benchmark::DoNotOptimize(sent.data());
  }
}
BENCHMARK(BM_AudioToOpenAi)->Unit(benchmark::kMicrosecond);

void audio_from_gemini(benchmark::State& state, std::string_view format) {
  Gemini gemini(format);
  const auto content = gemini_content();
  gemini.wire.from_model(content, gemini.now);  // announces the response
  gemini.clear();
  for (auto _ : state) {
    gemini.wire.from_model(content, gemini.now);
    auto& out = gemini.wire.to_gateway();
    if (out.size() != 1) state.SkipWithError("not one delta");
    auto type = realtime::peek_type(out.front());
    benchmark::DoNotOptimize(type);
    out.clear();
  }
}
void BM_AudioFromGemini(benchmark::State& state) { audio_from_gemini(state, kPcm); }
BENCHMARK(BM_AudioFromGemini)->Unit(benchmark::kMicrosecond);
/// To 8 kHz: the one way out that is resampled.
void BM_AudioFromGeminiToPhone(benchmark::State& state) { audio_from_gemini(state, kPhone); }
BENCHMARK(BM_AudioFromGeminiToPhone)->Unit(benchmark::kMicrosecond);

void BM_AudioFromOpenAi(benchmark::State& state) {
  const auto delta = ga_delta();
  std::string sent;
  for (auto _ : state) {
    auto type = realtime::peek_type(delta);
    benchmark::DoNotOptimize(type);
    sent.assign(delta);
    benchmark::DoNotOptimize(sent.data());
  }
}
BENCHMARK(BM_AudioFromOpenAi)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace callosum::provider
