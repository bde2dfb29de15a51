#include "provider/cartesia/context_wire.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::provider::cartesia {
namespace {

constexpr const char* kVersion = "2026-08-14";  // protocols §4.4

ErrorType type_of(const json::object& message) {
  const auto* status = message.if_contains("status_code");
  const auto code = status && status->is_int64() ? status->get_int64() : 0;
  if (code == 401 || code == 403) return ErrorType::auth;
  // Words that it does not take (400) are no reason to give it up.
  return code == 402 || code == 404 ? ErrorType::permanent : ErrorType::transient;
}

std::int64_t ms_of(const json::value& seconds) {
  constexpr double kLongest_s = 3600;
  if (!seconds.is_number()) return 0;
  return static_cast<std::int64_t>(std::clamp(seconds.to_number<double>(), 0.0, kLongest_s) * 1000);
}

}  // namespace

ContextWire::ContextWire(ContextOptions options, std::string format)
    : options_(std::move(options)),
      format_(std::move(format)),
      joiner_(mouth::bytes_per_sample(format_)) {}

net::WsConnectOptions ContextWire::where() const {
  auto connect = cloud::socket_at(options_.service, "/tts/websocket");
  connect.headers.set("Cartesia-Version", kVersion);
  const auto& key = options_.service.key;
  if (!key.empty()) connect.headers.set("Authorization", "Bearer " + key.reveal());
  return connect;
}

void ContextWire::open() { end(); }

void ContextWire::end() {
  text_.clear();
  context_.clear();
  joiner_.reset();
  sound_bytes_ = context_began_ = 0;
  is_flushed_ = false;
}

void ContextWire::send(std::string_view transcript, bool goes_on) {
  const auto* encoding = format_ == "audio/pcmu"   ? "pcm_mulaw"
                         : format_ == "audio/pcma" ? "pcm_alaw"
                                                   : "pcm_s16le";
  json::object message{{"model_id", options_.service.model},
                       {"voice", json::object{{"mode", "id"}, {"id", options_.voice}}},
                       {"output_format", json::object{{"container", "raw"},
                                                      {"encoding", encoding},
                                                      {"sample_rate", mouth::rate_of(format_)}}},
                       {"context_id", context_},
                       {"transcript", transcript},
                       {"continue", goes_on},
                       {"add_timestamps", true},
                       {"max_buffer_delay_ms", 0}};  // pieces are sentences
  if (!options_.language.empty()) message["language"] = options_.language;
  to_service_.push_back(json::serialize(message));
}

void ContextWire::say(std::string_view piece) {
  if (context_.empty()) {
    context_ = "utterance_" + std::to_string(next_context_++);
    context_began_ = sound_bytes_;
  }
  text_.add(piece);
  send(std::string(piece) + " ", true);
}

void ContextWire::flush() {
  if (text_.is_empty() || std::exchange(is_flushed_, true)) return;
  if (!context_.empty()) return send("", false);
  end();  // its context has ended already, and with it all of the sound
  events_.push_back(mouth::spoken_event());
}

void ContextWire::cancel() {
  if (!context_.empty()) {
    const json::object message{{"context_id", context_}, {"cancel", true}};
    to_service_.push_back(json::serialize(message));
  }
  end();
}

Result<void> ContextWire::take(std::string_view data, bool is_binary) {
  if (is_binary) return {};
  const auto parsed = parse_strict(data, {.max_bytes = 4 << 20});
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (!message) return fail(ErrorType::transient, "the speech service could not be read");
  const auto id = text_at(*message, "context_id", context_);
  if (context_.empty() || id != context_) return {};  // of what was cut off
  const auto type = text_at(*message, "type");
  if (type == "chunk") return take_sound(*message);
  if (type == "timestamps") take_times(*message);
  if (type == "error") take_error(*message);
  if (type == "done") take_done();
  return {};
}

Result<void> ContextWire::take_sound(const json::object& message) {
  const auto decoded = decode_base64(text_at(message, "data"), bytes_);
  if (!decoded) return fail(ErrorType::transient, "the speech service's sound could not be read");
  sound_bytes_ += bytes_.size();
  auto sound = joiner_.take(bytes_);
  if (!sound.empty()) events_.push_back(mouth::sound_event(std::move(sound)));
  return {};
}

void ContextWire::take_times(const json::object& message) {
  const auto* times = find_object(message, "word_timestamps");
  const auto* words = times ? find_array(*times, "words") : nullptr;
  const auto* ends = times ? find_array(*times, "end") : nullptr;
  if (!words || !ends) return;
  const auto base = static_cast<std::int64_t>(context_began_ / mouth::bytes_per_ms(format_));
  realtime::MouthEvent event{.kind = realtime::MouthEvent::Kind::marks};
  for (std::size_t i = 0; i < words->size() && i < ends->size(); ++i) {
    const auto* word = (*words)[i].if_string();
    const auto bytes = word ? text_.take_word(*word) : std::nullopt;
    if (!bytes) continue;
    event.marks.push_back({*bytes, std::chrono::milliseconds(base + ms_of((*ends)[i]))});
  }
  if (!event.marks.empty()) events_.push_back(std::move(event));
}

void ContextWire::take_error(const json::object& message) {
  auto why =
      fail(type_of(message), "the speech service gave up",
           std::string(text_at(message, "title")) + " " + std::string(text_at(message, "message")));
  end();
  events_.push_back(mouth::failed_event(std::move(why)));
}

void ContextWire::take_done() {
  if (!is_flushed_) return context_.clear();  // words are still to come
  end();
  events_.push_back(mouth::spoken_event());
}

}  // namespace callosum::provider::cartesia
