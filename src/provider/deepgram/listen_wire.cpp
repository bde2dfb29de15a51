#include "provider/deepgram/listen_wire.hpp"

#include <algorithm>

#include "audio/pcm.hpp"
#include "base/json.hpp"
#include "provider/deepgram/flux_wire.hpp"
#include "provider/deepgram/live_wire.hpp"

namespace callosum::provider::deepgram {
namespace {

constexpr std::size_t kMostSilences = 64;  // what is told is seldom older than the last few
constexpr double kLongestSession_s = 7 * 24 * 3600;

bool is_flux(const ListenOptions& options) { return options.service.model.starts_with("flux"); }

}  // namespace

Result<void> check(const ListenOptions& options) {
  constexpr std::int64_t kLeast_ms = 500, kMost_ms = 60'000;  // eot_timeout_ms: protocols §2.2
  const auto ms = options.turn_ms;
  if (!is_flux(options) || ms == 0 || (ms >= kLeast_ms && ms <= kMost_ms)) return {};
  return fail(ErrorType::validation, "turn_ms: " + std::to_string(ms) + " is none that " +
                                         options.service.model +
                                         " takes: 500 to 60000, or 0 for its own");
}

void ListenWire::open(std::int64_t from_ms) {
  from_ms_ = from_ms;
  silences_.clear();
  older_ms_ = 0;
  begin();
}

void ListenWire::add_silence(std::int64_t ms, std::int64_t at_ms) {
  if (!silences_.empty() && silences_.back().at_ms == at_ms) {
    silences_.back().length_ms += ms;
    return;
  }
  silences_.push_back({at_ms, ms});
  if (silences_.size() <= kMostSilences) return;
  older_ms_ += silences_.front().length_ms;
  silences_.pop_front();
}

Result<void> ListenWire::take(std::string_view text, std::int64_t sent_ms) {
  sent_ms_ = sent_ms;
  const auto parsed = parse_strict(text);
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (!message) return fail(ErrorType::transient, "the recogniser could not be read");
  if (text_at(*message, "type") == "Error") {
    // A service of before ForceEndTurn (protocols §2.2).
    if (text_at(*message, "code") == "UNPARSABLE_CLIENT_MESSAGE") can_finalize_ = false;
    return fail(ErrorType::transient, "the recogniser gave up",
                std::string(text_at(*message, "code")) + " " +
                    std::string(text_at(*message, "description")));
  }
  return take(*message);
}

void ListenWire::settle(std::int64_t at_ms) {
  const auto words = words_so_far();
  turns_.ended(at_ms, words.text, words.confidence);
  acknowledge(at_ms);
  forget_words();
}

void ListenWire::forget() {
  turns_.forget();
  forget_words();
}

net::WsConnectOptions ListenWire::at(std::string_view path, std::string_view format) const {
  const bool is_pcm = format == "audio/pcm";
  const auto* encoding = is_pcm ? "linear16" : format == "audio/pcmu" ? "mulaw" : "alaw";
  const auto rate = is_pcm ? audio::kRealtimeRateHz : audio::kPhoneRateHz;
  auto connect = cloud::socket_at(options_.service, path);
  auto& url = connect.url;
  url = cloud::with_parameter(url, "model", options_.service.model);
  url = cloud::with_parameter(url, "encoding", encoding);
  url = cloud::with_parameter(url, "sample_rate", std::to_string(rate));
  const auto& key = options_.service.key;
  if (!key.empty()) connect.headers.set("Authorization", "Token " + key.reveal());
  return connect;
}

std::int64_t ListenWire::ms_at(const json::object& message, std::string_view key) const {
  const auto* value = message.if_contains(key);
  const double seconds = value && value->is_number() ? value->to_number<double>() : 0;
  const auto ms = static_cast<std::int64_t>(std::clamp(seconds, 0.0, kLongestSession_s) * 1000);
  // What of it was silence of ours, of which the caller knows nothing.
  auto silence = older_ms_;
  for (const auto& each : silences_) {
    const auto behind = ms - (each.at_ms - from_ms_ + silence);
    if (behind <= 0) break;
    silence += std::min(behind, each.length_ms);
  }
  return std::clamp(from_ms_ + ms - silence, std::min(from_ms_, sent_ms_), sent_ms_);
}

std::unique_ptr<ListenWire> make_listen_wire(ListenOptions options) {
  if (is_flux(options)) {
    return std::make_unique<FluxWire>(std::move(options));
  }
  return std::make_unique<LiveWire>(std::move(options));
}

}  // namespace callosum::provider::deepgram
