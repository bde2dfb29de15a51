#include "session/provider_mouth.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using realtime::EventType;

namespace {

constexpr std::chrono::seconds kPatience{15};  // without any sound
constexpr const char* kInstructions =
    "You are a voice. You say the words that you are given, exactly and alone. You answer nothing "
    "and call nothing.";

/// What the session speaks with: voice, format, speed.
json::object audio_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  const auto* output = audio ? find_object(*audio, "output") : nullptr;
  json::object out;
  if (output) out["output"] = *output;
  return out;
}

}  // namespace

ProviderMouth::ProviderMouth(std::unique_ptr<realtime::ModelPort> provider, Random& random,
                             MouthSink& sink)
    : inner_(std::move(provider)),
      sink_(sink),
      event_prefix_("evt_" + make_id("", random).substr(0, 12) + "_") {}

asio::awaitable<Result<void>> ProviderMouth::open(const json::object& session,
                                                  std::function<void()> on_news,
                                                  async::Deadline deadline) {
  realtime::SessionOpening opening;
  auto audio = audio_of(session);
  audio["input"] = json::object{{"turn_detection", nullptr}};
  opening.session = {{"type", "realtime"},
                     {"instructions", kInstructions},
                     {"tool_choice", "none"},
                     {"audio", std::move(audio)}};
  auto tools = std::make_shared<realtime::OfferedTools>();
  tools->text = "[]";
  opening.tools = std::move(tools);
  auto opened = inner_.open(std::move(opening), std::move(on_news), deadline);
  co_return co_await std::move(opened);
}

void ProviderMouth::set(const json::object& session) {
  auto audio = audio_of(session);
  if (audio.empty()) return;
  const json::object update{{"type", "realtime"}, {"audio", std::move(audio)}};
  inner_.port().send(realtime::encode_session_update(update, next_event_id()),
                     net::FrameKind::control);
}

void ProviderMouth::say(std::string_view words, SteadyTime now) {
  event_id_ = next_event_id();
  response_id_.clear();
  gives_up_at_ = now + kPatience;
  if (!inner_.port().request_playback_utterance(words, event_id_)) finish();
}

void ProviderMouth::cut() {
  if (!is_speaking()) return;
  if (response_id_.empty()) {
    cut_early_.push_back(event_id_);  // it is cut once it has a name
  } else {
    inner_.port().send(realtime::encode_response_cancel(next_event_id(), response_id_),
                       net::FrameKind::control);
  }
  event_id_.clear();
  response_id_.clear();
}

bool ProviderMouth::look(SteadyTime now) {
  bool has_news = false;
  if (now >= gives_up_at()) {
    if (!response_id_.empty()) cut();
    finish();
    has_news = true;
  }
  if (const auto event = inner_.take()) {
    on_event(*event, now);
    has_news = true;
  }
  return has_news;
}

void ProviderMouth::on_event(const std::string& text, SteadyTime now) {
  const realtime::ServerFrame frame{realtime::peek_type(text), text};
  switch (frame.type) {
    case EventType::output_audio_delta:
    case EventType::response_created:
    case EventType::response_done:
    case EventType::output_item_done:
    case EventType::error:
      break;
    default:
      return;  // the conversation is ours, and its words are known here
  }
  const auto event = realtime::decode_server_event(frame);
  if (!event) return;
  const auto& body = event->body;
  if (frame.type == EventType::output_audio_delta) return on_audio(body, now);
  if (frame.type == EventType::response_created) return on_created(body);
  if (frame.type == EventType::response_done) return on_done(body);
  if (frame.type == EventType::error) {
    return on_refused(realtime::read_error(body).event_id);
  }
  if (const auto* item = find_object(body, "item")) note_call(*item);
}

void ProviderMouth::on_refused(std::string_view event_id) {
  if (event_id.empty()) return;
  const auto early = std::find(cut_early_.begin(), cut_early_.end(), event_id);
  if (early != cut_early_.end()) {
    cut_early_.erase(early);
  } else if (event_id == event_id_) {
    finish();
  }
}

void ProviderMouth::on_created(const json::object& event) {
  const auto id = realtime::read_response(event).id;
  const bool is_asked_for = is_speaking() && response_id_.empty() && cut_early_.empty();
  if (is_asked_for) {
    response_id_ = id;
    return;
  }
  // Of words that are not wanted any more, or of the model's own.
  if (!cut_early_.empty()) cut_early_.pop_front();
  inner_.port().send(realtime::encode_response_cancel(next_event_id(), id),
                     net::FrameKind::control);
}

void ProviderMouth::on_audio(const json::object& event, SteadyTime now) {
  if (!is_speaking() || text_at(event, "response_id") != response_id_) return;
  const auto decoded = decode_base64(text_at(event, "delta"), bytes_);
  if (!decoded) return;
  gives_up_at_ = now + kPatience;
  sink_.on_sound(bytes_);
}

void ProviderMouth::on_done(const json::object& event) {
  const auto* response = find_object(event, "response");
  const auto* output = response ? find_array(*response, "output") : nullptr;
  for (const auto& entry : output ? *output : json::array{}) {
    if (const auto* item = entry.if_object()) note_call(*item);
  }
  if (is_speaking() && realtime::read_response(event).id == response_id_) finish();
}

/// One call is visible in several events.
void ProviderMouth::note_call(const json::object& item) {
  const auto read = realtime::read_item(item);
  if (read.is_function_call() && seen_calls_.insert(read.call_id)) {
    sink_.on_ignored_call(read.name);
  }
}

void ProviderMouth::finish() {
  event_id_.clear();
  response_id_.clear();
  sink_.on_spoken();
}

}  // namespace callosum::session
