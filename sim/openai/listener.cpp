#include "sim/openai/listener.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::size_t kMostAudioBytes = 15u << 20;
constexpr Ms kLeastCommit{100};

}  // namespace

Listener::Listener(Wire& wire, State& state, Timeline& timeline, Responder& responder)
    : wire_(wire), state_(state), timeline_(timeline), responder_(responder) {}

bool Listener::wants(const char* key) const {
  const auto* detection = state_.config.turn_detection();
  const auto* value = detection ? detection->if_contains(key) : nullptr;
  return value && value->is_bool() && value->get_bool();
}

void Listener::append(const json::object& event) {
  const auto decoded = decode_base64(text_at(event, "audio"), bytes_);
  if (!decoded) {
    return wire_.refuse(
        {"invalid_value",
         "Invalid 'audio'. Expected base64-encoded audio bytes, but got something else.", "audio"},
        &event);
  }
  if (bytes_.size() > kMostAudioBytes) {
    return wire_.refuse({"string_above_max_length", "Invalid 'audio': more than 15 MiB.", "audio"},
                        &event);
  }
  const auto before = audio_.total();
  const auto changes =
      audio_.append(bytes_, state_.config.input_format(), state_.config.turn_detection());
  wire_.world().stats.count("audio_ms_in",
                            static_cast<std::uint64_t>((audio_.total() - before).count()));
  for (const auto& change : changes) {
    if (change.change == SpeechChange::started) {
      speech_started(change.at);
    } else {
      speech_stopped(change.at);
    }
  }
}

void Listener::speech_started(Ms at) {
  ++idle_generation_;
  speech_item_ = wire_.world().make_id("item_");
  wire_.send({{"type", "input_audio_buffer.speech_started"},
              {"audio_start_ms", at.count()},
              {"item_id", speech_item_}});
  if (wants("interrupt_response")) responder_.interrupt();
}

void Listener::speech_stopped(Ms at) {
  wire_.send({{"type", "input_audio_buffer.speech_stopped"},
              {"audio_end_ms", at.count()},
              {"item_id", speech_item_}});
  commit_item(speech_item_);
  if (state_.config.kind() == SessionKind::realtime && wants("create_response")) {
    responder_.create_by_voice();
  }
}

void Listener::commit(const json::object& event) {
  const auto buffered = audio_.buffered();
  if (buffered < kLeastCommit) {
    return wire_.refuse(
        {"input_audio_buffer_commit_empty",
         "Error committing input audio buffer: buffer too small. Expected at least 100ms "
         "of audio, but buffer only has " +
             std::to_string(buffered.count()) + ".00ms of audio."},
        &event);
  }
  commit_item(audio_.is_speaking() ? speech_item_ : wire_.world().make_id("item_"));
}

void Listener::commit_item(const std::string& item_id) {
  ++idle_generation_;
  const auto length = audio_.buffered();
  audio_.clear();
  json::object body{{"id", item_id},
                    {"type", "message"},
                    {"status", "completed"},
                    {"role", "user"},
                    {"content", {{{"type", "input_audio"}, {"transcript", nullptr}}}}};
  auto heard = next_transcript();
  if (heard.empty()) heard = std::to_string(length.count()) + " ms of sound";
  state_.conversation.insert({.id = item_id, .body = body, .heard = heard});
  const auto previous_id = state_.conversation.previous_of(item_id);
  const json::value previous = previous_id.empty() ? json::value() : json::value(previous_id);
  wire_.send({{"type", "input_audio_buffer.committed"},
              {"previous_item_id", previous},
              {"item_id", item_id}});
  wire_.send({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", body}});
  wire_.send({{"type", "conversation.item.done"}, {"previous_item_id", previous}, {"item", body}});
  if (!state_.config.wants_transcripts()) return;
  timeline_.after(wire_.script().transcription_delay, [this, item_id] { add_transcript(item_id); });
}

std::string Listener::next_transcript() {
  const auto& transcripts = wire_.script().transcripts;
  const auto turn = utterances_++;
  if (transcripts.empty()) return {};
  return transcripts[std::min(turn, transcripts.size() - 1)];
}

void Listener::add_transcript(const std::string& item_id) {
  auto* item = state_.conversation.find(item_id);
  if (!item) return;
  item->body.at("content").as_array().at(0).as_object()["transcript"] = item->heard;
  const auto event = [&](std::string_view what) {
    return json::object{
        {"type", "conversation.item.input_audio_transcription." + std::string(what)},
        {"item_id", item_id},
        {"content_index", 0}};
  };
  auto delta = event("delta");
  delta["delta"] = item->heard;
  delta["obfuscation"] = wire_.world().make_id("").substr(0, 6);
  auto completed = event("completed");
  completed["transcript"] = item->heard;
  const auto tokens = static_cast<std::int64_t>(item->heard.size() / 4 + 1);
  completed["usage"] = {{"type", "tokens"},
                        {"total_tokens", tokens + 20},
                        {"input_tokens", 20},
                        {"output_tokens", tokens},
                        {"input_token_details", {{"text_tokens", 0}, {"audio_tokens", 20}}}};
  wire_.send(std::move(delta));
  wire_.send(std::move(completed));
}

void Listener::clear() {
  audio_.clear();
  wire_.send({{"type", "input_audio_buffer.cleared"}});
}

void Listener::watch_idle(Ms played) {
  const auto* detection = state_.config.turn_detection();
  const auto* limit = detection ? detection->if_contains("idle_timeout_ms") : nullptr;
  if (!limit || !limit->is_number()) return;
  const Ms wait(limit->to_number<std::int64_t>());
  const auto generation = ++idle_generation_;
  timeline_.after(played + wait, [this, generation, wait] { time_out(generation, wait); });
}

void Listener::time_out(std::size_t generation, Ms waited) {
  if (generation != idle_generation_ || responder_.is_active() || audio_.is_speaking()) return;
  const auto item_id = wire_.world().make_id("item_");
  const auto end = audio_.total();
  wire_.send({{"type", "input_audio_buffer.timeout_triggered"},
              {"audio_start_ms", std::max(end - waited, Ms(0)).count()},
              {"audio_end_ms", end.count()},
              {"item_id", item_id}});
  commit_item(item_id);
  responder_.create_by_voice();
}

}  // namespace callosum::sim::openai
