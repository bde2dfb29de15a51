#include "provider/elevenlabs/stream_wire.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::provider::elevenlabs {
namespace {

constexpr const char* kIdle_s = "180";  // the longest that it grants between two pieces

/// The member that is spelt in two ways on the wire.
const json::array* find_times(const json::object& alignment, std::string_view key,
                              std::string_view also) {
  const auto* times = find_array(alignment, key);
  return times ? times : find_array(alignment, also);
}

bool is_true(const json::object& message, std::string_view key) {
  const auto* value = message.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

std::int64_t ms_of(const json::value& value) {
  constexpr double kLongest_ms = 3600'000;
  if (!value.is_number()) return 0;
  return static_cast<std::int64_t>(std::clamp(value.to_number<double>(), 0.0, kLongest_ms));
}

}  // namespace

StreamWire::StreamWire(StreamOptions options, std::string format)
    : options_(std::move(options)),
      format_(std::move(format)),
      joiner_(mouth::bytes_per_sample(format_)) {}

net::WsConnectOptions StreamWire::where() const {
  const auto* format = format_ == "audio/pcmu"   ? "ulaw_8000"
                       : format_ == "audio/pcma" ? "alaw_8000"
                                                 : "pcm_24000";
  const auto& service = options_.service;
  auto connect = cloud::socket_at(
      service, "/v1/text-to-speech/" + net::encode_percent(options_.voice) + "/multi-stream-input");
  auto& url = connect.url;
  url = cloud::with_parameter(url, "model_id", service.model);
  url = cloud::with_parameter(url, "output_format", format);
  url = cloud::with_parameter(url, "inactivity_timeout", kIdle_s);
  url += "&auto_mode=true&sync_alignment=true";
  if (!options_.language.empty()) {
    url = cloud::with_parameter(url, "language_code", options_.language);
  }
  if (!service.key.empty()) connect.headers.set("xi-api-key", service.key.reveal());
  return connect;
}

void StreamWire::open() {
  context_.clear();
  joiner_.reset();
}

void StreamWire::send(json::object message) {
  message["context_id"] = context_;
  to_service_.push_back(json::serialize(message));
}

void StreamWire::say(std::string_view piece) {
  if (context_.empty()) {
    context_ = "utterance_" + std::to_string(next_context_++);
    is_closing_ = false;
    text_.clear();
    joiner_.reset();
    sound_bytes_ = 0;
    send({{"text", " "}});  // what a context begins with
  }
  text_.add(piece);
  send({{"text", std::string(piece) + " "}});
}

void StreamWire::flush() {
  if (context_.empty() || std::exchange(is_closing_, true)) return;
  send({{"flush", true}});
  send({{"close_context", true}});  // behind what it has been given; isFinal tells of it
}

void StreamWire::cancel() {
  if (context_.empty()) return;
  if (!is_closing_) send({{"close_context", true}});
  context_.clear();
}

Result<void> StreamWire::take(std::string_view data, bool is_binary) {
  if (is_binary) return {};
  const auto parsed = parse_strict(data, {.max_bytes = 4 << 20});
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (!message) return fail(ErrorType::transient, "the speech service could not be read");
  if (find_string(*message, "error")) {
    return fail(
        ErrorType::transient, "the speech service gave up",
        std::string(text_at(*message, "error")) + " " + std::string(text_at(*message, "message")));
  }
  const auto id = text_at(*message, "contextId", text_at(*message, "context_id", context_));
  if (context_.empty() || id != context_) return {};  // of what was cut off
  const auto taken = take_sound(*message);
  if (!taken) return taken;
  if (is_true(*message, "isFinal") || is_true(*message, "is_final")) {
    context_.clear();
    events_.push_back(mouth::spoken_event());
  }
  return {};
}

Result<void> StreamWire::take_sound(const json::object& message) {
  const auto base64 = text_at(message, "audio");
  if (base64.empty()) return {};
  const auto decoded = decode_base64(base64, bytes_);
  if (!decoded) return fail(ErrorType::transient, "the speech service's sound could not be read");
  const auto before = sound_bytes_;
  sound_bytes_ += bytes_.size();
  auto sound = joiner_.take(bytes_);
  if (!sound.empty()) events_.push_back(mouth::sound_event(std::move(sound)));
  if (const auto* alignment = find_object(message, "alignment")) take_alignment(*alignment, before);
  return {};
}

/// Times count from the chunk's own beginning.
void StreamWire::take_alignment(const json::object& alignment, std::size_t sound_before) {
  const auto* chars = find_array(alignment, "chars");
  const auto* starts = find_times(alignment, "charStartTimesMs", "charsStartTimesMs");
  const auto* lengths = find_times(alignment, "charsDurationsMs", "charDurationsMs");
  if (!chars || !starts || !lengths) return;
  const auto base = static_cast<std::int64_t>(sound_before / mouth::bytes_per_ms(format_));
  realtime::MouthEvent event{.kind = realtime::MouthEvent::Kind::marks};
  for (std::size_t i = 0; i < chars->size() && i < starts->size() && i < lengths->size(); ++i) {
    const auto* character = (*chars)[i].if_string();
    const auto bytes = character ? text_.take_character(*character) : std::nullopt;
    if (!bytes) continue;
    const std::chrono::milliseconds at(base + ms_of((*starts)[i]) + ms_of((*lengths)[i]));
    event.marks.push_back({*bytes, at});
  }
  if (!event.marks.empty()) events_.push_back(std::move(event));
}

}  // namespace callosum::provider::elevenlabs
