#include "sim/speech/openai_speech.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::sim::speech {
namespace {

constexpr std::size_t kMostCharacters = 4096;
constexpr SoundFormat kFormat{SoundCoding::pcm, 24000};
/// Chunks of a body know nothing of samples: odd, so that one is split.
constexpr std::size_t kChunkBytes = 3201;

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

std::string sse(const json::object& event) { return "data: " + json::serialize(event) + "\n\n"; }

std::string little_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

/// As streamed: the lengths are not known.
std::string wav_head() {
  const auto unknown = little_endian(0xffffffff, 4);
  return "RIFF" + unknown + "WAVEfmt " + little_endian(16, 4) + little_endian(1, 2) +
         little_endian(1, 2) + little_endian(24000, 4) + little_endian(48000, 4) +
         little_endian(2, 2) + little_endian(16, 2) + "data" + unknown;
}

std::string base64_of(std::string_view bytes) {
  return encode_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void append_audio(std::string sound, Ms delay, StreamPlan& plan) {
  for (std::size_t at = 0; at < sound.size(); at += kChunkBytes) {
    plan.pieces.push_back({at == 0 ? delay : Ms(0), sound.substr(at, kChunkBytes)});
  }
}

}  // namespace

net::HttpResponse openai_error(int status, std::string_view code, std::string_view message) {
  const json::object details{{"message", message},
                             {"type", status >= 500 ? "server_error" : "invalid_request_error"},
                             {"param", nullptr},
                             {"code", code}};
  return net::HttpResponse::json(status, json::serialize(json::object{{"error", details}}));
}

Result<StreamPlan> plan_speech(std::string_view body, const VoiceManner& manner,
                               std::string& said) {
  const auto parsed = parse_strict(body);
  const auto* request = parsed ? parsed->if_object() : nullptr;
  if (!request) return bad("the body is no JSON object");
  said = text_at(*request, "input");
  const auto format = text_at(*request, "response_format", "mp3");
  const bool is_sse = text_at(*request, "stream_format") == "sse";
  const auto model = text_at(*request, "model");
  if (model.empty() || !request->contains("voice")) return bad("model and voice are needed");
  if (said.empty()) return bad("input is needed");
  if (said.size() > kMostCharacters) return bad("input has more than 4096 characters");
  if (format != "pcm" && format != "wav") {
    return bad("the simulator has the response_formats pcm and wav");
  }
  if (is_sse && model.starts_with("tts-1"))
    return bad("stream_format sse is not for " + std::string(model));

  StreamPlan plan;
  plan.head.headers.set("Content-Type",
                        is_sse ? "text/event-stream" : "audio/" + std::string(format));
  if (format == "wav" && !is_sse) plan.pieces.push_back({Ms(0), wav_head()});
  const auto pieces = static_cast<std::size_t>(spoken_length(said, manner.speed) / kSoundPiece);
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto delay = i == 0 ? manner.first_byte : manner.pace;
    const auto& sound = tone_piece(kFormat);
    if (is_sse) {
      plan.pieces.push_back(
          {delay, sse({{"type", "speech.audio.delta"}, {"audio", base64_of(sound)}})});
    } else {
      append_audio(sound, delay, plan);
    }
    if (i + 1 != manner.cut_after) continue;
    plan.cut = manner.cut.manner;
    return plan;
  }
  if (is_sse) {
    const json::object usage{{"input_tokens", 10}, {"output_tokens", 100}, {"total_tokens", 110}};
    plan.pieces.push_back({Ms(0), sse({{"type", "speech.audio.done"}, {"usage", usage}})});
  }
  return plan;
}

}  // namespace callosum::sim::speech
