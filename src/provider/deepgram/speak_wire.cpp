#include "provider/deepgram/speak_wire.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

#include "base/json.hpp"

namespace callosum::provider::deepgram {
namespace {

constexpr std::size_t kLongestText = 2000;  // characters; protocols §4.1

std::span<const std::uint8_t> bytes_of(std::string_view data) {
  return {reinterpret_cast<const std::uint8_t*>(data.data()), data.size()};
}

}  // namespace

SpeakWire::SpeakWire(cloud::CloudOptions options, std::string format)
    : options_(std::move(options)),
      format_(std::move(format)),
      joiner_(mouth::bytes_per_sample(format_)) {}

net::WsConnectOptions SpeakWire::where() const {
  const std::string encoding = format_ == "audio/pcmu"   ? "mulaw"
                               : format_ == "audio/pcma" ? "alaw"
                                                         : "linear16";
  auto connect = cloud::socket_at(options_, "/v1/speak");
  connect.url = cloud::with_parameter(connect.url, "model", options_.model);
  connect.url = cloud::with_parameter(connect.url, "encoding", encoding);
  connect.url =
      cloud::with_parameter(connect.url, "sample_rate", std::to_string(mouth::rate_of(format_)));
  if (!options_.key.empty()) connect.headers.set("Authorization", "Token " + options_.key.reveal());
  return connect;
}

void SpeakWire::open() {
  is_speaking_ = has_words_ = false;
  clears_ = 0;
  joiner_.reset();
}

void SpeakWire::send(std::string_view type) {
  to_service_.push_back(json::serialize(json::object{{"type", type}}));
}

void SpeakWire::say(std::string_view piece) {
  is_speaking_ = true;
  std::string text = std::exchange(has_words_, true) ? " " : "";
  for (const auto part : mouth::parts_of(piece, kLongestText - 1)) {
    text += part;
    to_service_.push_back(json::serialize(json::object{{"type", "Speak"}, {"text", text}}));
    text.clear();
  }
}

void SpeakWire::flush() {
  if (is_speaking_) send("Flush");  // once an utterance: 20 a minute are allowed
}

void SpeakWire::cancel() {
  if (!is_speaking_) return;
  is_speaking_ = has_words_ = false;
  joiner_.reset();
  ++clears_;
  send("Clear");
}

Result<void> SpeakWire::take(std::string_view data, bool is_binary) {
  if (is_binary) {
    if (clears_ > 0 || !is_speaking_) return {};
    auto sound = joiner_.take(bytes_of(data));
    if (!sound.empty()) events_.push_back(mouth::sound_event(std::move(sound)));
    return {};
  }
  const auto parsed = parse_strict(data);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return fail(ErrorType::transient, "the speech service could not be read");
  const auto type = text_at(*object, "type");
  if (type == "Cleared" && clears_ > 0) --clears_;
  if (type == "Flushed" && clears_ == 0 && is_speaking_) {
    is_speaking_ = has_words_ = false;
    joiner_.reset();
    events_.push_back(mouth::spoken_event());
  }
  if (type == "Error") {
    return fail(ErrorType::transient, "the speech service gave up",
                std::string(text_at(*object, "description")));
  }
  return {};  // Metadata, Warning, and what will be added
}

}  // namespace callosum::provider::deepgram
