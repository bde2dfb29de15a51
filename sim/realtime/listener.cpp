#include "sim/realtime/listener.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::sim {
namespace {

constexpr std::size_t kMostAudioBytes = 15u << 20;
constexpr Ms kLeastCommit{100};

}  // namespace

Listener::Listener(Wire& wire, State& state, Timeline& timeline, Responder& responder)
    : wire_(wire), state_(state), timeline_(timeline), responder_(responder) {}

const json::object* Listener::detection() const { return state_.session->turn_detection(); }

bool Listener::wants(const char* key) const {
  const auto* heard_by = detection();
  const auto* value = heard_by ? heard_by->if_contains(key) : nullptr;
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
  append(std::span<const std::uint8_t>(bytes_));
}

void Listener::append(std::span<const std::uint8_t> sound) {
  const auto before = audio_.total();
  const auto changes = audio_.append(sound, state_.session->input_format(), detection());
  wire_.world().stats.count("audio_ms_in",
                            static_cast<std::uint64_t>((audio_.total() - before).count()));
  for (const auto& change : changes) {
    if (change.change == SpeechChange::started) {
      ++idle_generation_;
      speech_item_ = wire_.make_id("item_");
      on_started(change.at);
    } else {
      on_stopped(change.at);
    }
  }
}

void Listener::on_started(Ms at) {
  wire_.send({{"type", "input_audio_buffer.speech_started"},
              {"audio_start_ms", at.count()},
              {"item_id", speech_item_}});
}

void Listener::on_stopped(Ms at) {
  wire_.send({{"type", "input_audio_buffer.speech_stopped"},
              {"audio_end_ms", at.count()},
              {"item_id", speech_item_}});
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
  commit_item(audio_.is_speaking() ? speech_item_ : wire_.make_id("item_"));
}

void Listener::commit_item(const std::string& item_id) {
  ++idle_generation_;
  const auto length = audio_.buffered();
  audio_.clear();
  auto heard = coming_transcript();
  ++utterances_;
  if (heard.empty()) heard = std::to_string(length.count()) + " ms of sound";
  if (auto* item = state_.conversation.find(item_id)) {
    item->heard = heard;
  } else {
    json::object body{{"id", item_id},
                      {"type", "message"},
                      {"status", "completed"},
                      {"role", "user"},
                      {"content", {{{"type", "input_audio"}, {"transcript", nullptr}}}}};
    state_.conversation.insert({.id = item_id, .body = std::move(body), .heard = heard});
  }
  tell_commit(item_id);
}

json::value Listener::previous_of(const std::string& item_id) const {
  const auto id = state_.conversation.previous_of(item_id);
  return id.empty() ? json::value() : json::value(id);
}

std::string Listener::coming_transcript() const {
  const auto& transcripts = wire_.script().transcripts;
  if (transcripts.empty()) return {};
  return transcripts[std::min(utterances_, transcripts.size() - 1)];
}

void Listener::clear() {
  audio_.clear();
  wire_.send({{"type", "input_audio_buffer.cleared"}});
}

void Listener::watch_idle(Ms played) {
  const auto* heard_by = state_.session->turn_detection();
  const auto* limit = heard_by ? heard_by->if_contains("idle_timeout_ms") : nullptr;
  if (!limit || !limit->is_number()) return;
  const Ms wait(limit->to_number<std::int64_t>());
  const auto generation = ++idle_generation_;
  timeline_.after(played + wait, [this, generation, wait] { time_out(generation, wait); });
}

void Listener::time_out(std::size_t generation, Ms waited) {
  if (generation != idle_generation_ || responder_.is_active() || audio_.is_speaking()) return;
  const auto item_id = wire_.make_id("item_");
  const auto end = audio_.total();
  wire_.send({{"type", "input_audio_buffer.timeout_triggered"},
              {"audio_start_ms", std::max(end - waited, Ms(0)).count()},
              {"audio_end_ms", end.count()},
              {"item_id", item_id}});
  commit_item(item_id);
  responder_.create_by_voice();
}

}  // namespace callosum::sim
