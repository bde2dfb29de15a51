#include "sim/xai/xai_listener.hpp"

#include "base/json.hpp"
#include "sim/realtime/compose.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai {
namespace {

json::object spoken_item(const std::string& id, std::string_view status,
                         std::string_view transcript) {
  json::object part{{"type", "input_audio"}, {"transcript", transcript}};
  return {{"id", id},          {"object", "realtime.item"},
          {"type", "message"}, {"status", status},
          {"role", "user"},    {"content", json::array{std::move(part)}},
          {"replayed", false}};
}

/// The first `share` of the words, in hundredths.
std::string beginning(const std::string& text, std::size_t share) {
  const auto words = words_of(text);
  std::string out;
  for (std::size_t i = 0; i < words.size() && (i == 0 || i * 100 < words.size() * share); ++i) {
    out += words[i];
  }
  return out;
}

}  // namespace

/// Without turn detection speech is noticed all the same; it ends with a commit (recorded).
const json::object* XaiListener::detection() const {
  static const json::object kByHand{
      {"threshold", 0.85}, {"prefix_padding_ms", 333}, {"silence_duration_ms", 1000000000}};
  const auto* own = Listener::detection();
  return own ? own : &kByHand;
}

void XaiListener::be_deaf_for(Ms how_long) { deaf_until_ = wire_.world().time.now() + how_long; }

bool XaiListener::is_deaf() const { return wire_.world().time.now() < deaf_until_; }

void XaiListener::commit_by_hand(const json::object& event) {
  is_by_hand_ = true;
  commit(event);
  is_by_hand_ = false;
}

void XaiListener::announce(const std::string& item_id, std::string_view status,
                           std::string_view transcript) {
  auto body = spoken_item(item_id, status, transcript);
  auto* known = state_.conversation.find(item_id);
  if (known) {
    known->body = body;
  } else {
    state_.conversation.insert({.id = item_id, .body = body});
  }
  wire_.send({{"type", "conversation.item.added"},
              {"item", std::move(body)},
              {"previous_item_id", previous_of(item_id)}});
}

void XaiListener::on_started(Ms at) {
  wire_.send({{"type", "input_audio_buffer.speech_started"},
              {"item_id", speech_item_},
              {"audio_start_ms", at.count()}});
  announce(speech_item_, "in_progress", "");
  const auto coming = coming_transcript();
  const bool is_late = as_xai(wire_.script()).is_transcribed_late;
  if (!coming.empty() && !is_late && state_.session->wants_transcripts()) {
    tell_interim(speech_item_, beginning(coming, 1) + "?");
  }
  const bool is_told = !as_xai(wire_.script()).is_left_unfinished;
  if (wants("interrupt_response")) responder_.interrupt(is_told);
}

void XaiListener::on_stopped(Ms at) {
  wire_.send({{"type", "input_audio_buffer.speech_stopped"},
              {"item_id", speech_item_},
              {"audio_end_ms", at.count()}});
  commit_item(speech_item_);
}

void XaiListener::tell_commit(const std::string& item_id) {
  const bool is_announced = item_id == speech_item_;
  if (is_by_hand_ && is_announced) {
    wire_.send({{"type", "input_audio_buffer.speech_stopped"},
                {"item_id", item_id},
                {"audio_end_ms", audio_.total().count()}});
  }
  wire_.send({{"type", "input_audio_buffer.committed"},
              {"item_id", item_id},
              {"previous_item_id", previous_of(item_id)}});
  const auto& script = as_xai(wire_.script());
  const bool is_transcribed = state_.session->wants_transcripts();
  if (!is_announced) {
    const std::string heard = state_.conversation.find(item_id)->heard;
    announce(item_id, "completed", is_transcribed ? heard : "");
  }
  const bool responds = is_by_hand_ ? script.responds_to_commit : wants("create_response");
  if (responds && (script.is_transcribed_late || !is_transcribed)) responder_.create_by_voice();
  if (!is_transcribed) return;
  const bool responds_then = responds && !script.is_transcribed_late;
  timeline_.after(script.transcription_delay, [this, item_id, responds_then] {
    tell_transcript(item_id);
    if (responds_then) responder_.create_by_voice();
  });
}

void XaiListener::tell_transcript(const std::string& item_id) {
  auto* item = state_.conversation.find(item_id);
  if (!item) return;
  const auto heard = item->heard;
  item->body = spoken_item(item_id, "completed", heard);
  tell_interim(item_id, beginning(heard, 67));
  tell_completed(item_id, heard, "completed");
}

void XaiListener::tell_interim(const std::string& item_id, std::string_view transcript) {
  wire_.send({{"type", "conversation.item.input_audio_transcription.updated"},
              {"item_id", item_id},
              {"transcript", transcript},
              {"content_index", 0}});
  tell_completed(item_id, transcript, "in_progress");
}

void XaiListener::tell_completed(const std::string& item_id, std::string_view transcript,
                                 std::string_view status) {
  wire_.send({{"type", "conversation.item.input_audio_transcription.completed"},
              {"item_id", item_id},
              {"transcript", transcript},
              {"content_index", 0},
              {"status", status}});
}

}  // namespace callosum::sim::xai
