#include "sim/gemini/listener.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kNativeRateHz = 16000;
constexpr std::size_t kLeastRateHz = 8000;
constexpr std::size_t kMostRateHz = 48000;
constexpr std::size_t kWordsOfTranscript = 3;  // pieces of an utterance's transcript

/// The rate of "audio/pcm;rate=8000"; 0: nothing that this wire takes.
std::size_t rate_of(std::string_view mime_type) {
  const auto parts = split(mime_type, ';');
  if (trim(parts.front()) != "audio/pcm") return 0;
  std::size_t rate = kNativeRateHz;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = trim(parts[i]);
    if (!part.starts_with("rate=")) continue;
    const auto digits = part.substr(5);
    const auto* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, rate);
    if (parsed.ec != std::errc() || parsed.ptr != end) return 0;
  }
  return rate >= kLeastRateHz && rate <= kMostRateHz ? rate : 0;
}

}  // namespace

Listener::Listener(Wire& wire, State& state, Timeline& timeline, Speaker& speaker)
    : wire_(wire),
      state_(state),
      timeline_(timeline),
      speaker_(speaker),
      ear_(state.settings.detection) {}

Listener::Handler Listener::find_handler(std::string_view kind) {
  struct Row {
    std::string_view kind;
    Handler handler;
  };
  static constexpr std::array<Row, 7> kRows{{{"audio", &Listener::take_audio},
                                             {"text", &Listener::take_text},
                                             {"video", &Listener::take_video},
                                             {"activityStart", &Listener::start_activity},
                                             {"activityEnd", &Listener::end_activity},
                                             {"audioStreamEnd", &Listener::end_stream},
                                             {"mediaChunks", &Listener::take_chunks}}};
  for (const auto& row : kRows) {
    if (row.kind == kind) return row.handler;
  }
  return nullptr;
}

void Listener::refuse(std::string detail, std::string reason) {
  wire_.refuse({.counter = "bad_inputs", .reason = std::move(reason), .detail = std::move(detail)});
}

void Listener::take(const json::object& input) {
  if (input.size() != 1) return refuse("realtime_input: one of its fields a message");
  const auto& only = *input.begin();
  if (const auto handler = find_handler(only.key())) (this->*handler)(only.value());
}

void Listener::take_audio(const json::value& blob) {
  const auto& fields = blob.get_object();
  const auto mime_type = text_at(fields, "mimeType");
  const auto rate = rate_of(mime_type);
  if (rate == 0) {
    return refuse("realtime_input.audio: audio/pcm with a rate of 8000 to 48000, not '" +
                  std::string(mime_type) + "'");
  }
  if (!decode_bytes(text_at(fields, "data"), bytes_) || bytes_.size() % 2 != 0) {
    return refuse("realtime_input.audio.data: whole samples of 16 bits");
  }
  const auto before = ear_.total();
  const auto changes = ear_.hear(bytes_, rate);
  state_.heard = ear_.total();
  wire_.world().stats.count("audio_ms_in",
                            static_cast<std::uint64_t>((ear_.total() - before).count()));
  for (const auto change : changes) {
    if (change.is_start) {
      user_began(change.at);
    } else {
      user_ended(change.at);
    }
  }
}

void Listener::take_video(const json::value& blob) {
  const auto mime_type = text_at(blob.get_object(), "mimeType");
  if (!mime_type.starts_with("image/")) {
    return refuse("realtime_input.video: an image, not '" + std::string(mime_type) + "'");
  }
  wire_.world().stats.count("images_in");
}

void Listener::take_chunks(const json::value& chunks) {
  for (const auto& chunk : chunks.get_array()) {
    if (wire_.is_ending()) return;
    const auto mime_type = text_at(chunk.get_object(), "mimeType");
    if (mime_type.starts_with("image/")) {
      take_video(chunk);
    } else {
      take_audio(chunk);
    }
  }
}

void Listener::take_text(const json::value& text) {
  std::string words(text.get_string());
  if (is_declared_) {
    written_ += written_.empty() ? words : " " + words;
    return;
  }
  if (speaker_.is_busy()) wire_.note("turns_while_busy");
  if (state_.settings.interrupts) speaker_.stop_for_user();
  speaker_.take_user_turn(std::move(words));
}

void Listener::start_activity(const json::value&) {
  if (state_.settings.detection.is_automatic) {
    return refuse("activity_start beside automatic detection",
                  "Explicit activity control is not supported when automatic activity detection "
                  "is enabled.");
  }
  if (is_declared_) return wire_.violate("bad_inputs", "activity_start twice");
  is_declared_ = true;
  user_began(ear_.total());
}

void Listener::end_activity(const json::value&) {
  if (state_.settings.detection.is_automatic) {
    return refuse("activity_end beside automatic detection",
                  "Explicit activity control is not supported when automatic activity detection "
                  "is enabled.");
  }
  if (!is_declared_) return wire_.violate("bad_inputs", "activity_end without activity_start");
  is_declared_ = false;
  user_ended(ear_.total());
}

void Listener::end_stream(const json::value&) {
  if (!state_.settings.detection.is_automatic) {
    return refuse("audio_stream_end is for automatic detection");
  }
  if (ear_.end_stream()) user_ended(ear_.total());
}

void Listener::signal(std::string_view type, Ms at) {
  if (!state_.settings.wants_activity_signals) return;
  // The two products name the field differently.
  const char* key = state_.api.is_vertex() ? "type" : "voiceActivityType";
  wire_.send({{"voiceActivity", {{key, type}, {"audioOffset", duration(at)}}}});
}

void Listener::user_began(Ms at) {
  began_ = at;
  state_.is_user_speaking = true;
  signal("ACTIVITY_START", at);
  if (state_.settings.interrupts) speaker_.stop_for_user();
}

void Listener::user_ended(Ms at) {
  state_.is_user_speaking = false;
  signal("ACTIVITY_END", at);
  auto heard = std::exchange(written_, {});
  if (heard.empty()) {
    heard = next_transcript();
    if (heard.empty()) heard = std::to_string((at - began_).count()) + " ms of sound";
    transcribe(heard);
  }
  speaker_.take_user_turn(std::move(heard));
}

std::string Listener::next_transcript() {
  const auto& transcripts = wire_.script().transcripts;
  const auto turn = utterances_++;
  if (transcripts.empty()) return {};
  return transcripts[std::min(turn, transcripts.size() - 1)];
}

void Listener::transcribe(const std::string& heard) {
  if (!state_.settings.wants_input_transcript) return;
  const auto delay = wire_.script().transcription_delay;
  std::string so_far;
  for (const auto& piece : cut_words(heard, kWordsOfTranscript)) {
    so_far += piece;
    const auto& shown = wire_.script().has_cumulative_transcripts ? so_far : piece;
    auto message = server_content("inputTranscription", {{"text", shown}});
    if (delay.count() == 0) {
      wire_.send(message);
    } else {
      timeline_.after(delay, [this, message = std::move(message)] { wire_.send(message); });
    }
  }
}

}  // namespace callosum::sim::gemini
