#include "provider/xai/normaliser.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {

using realtime::EventType;

struct Normaliser::Row {
  std::string_view type;
  Reader read;
};

// A type that is not here passes as it came: what this vendor adds tomorrow is not an error.
const Normaliser::Row Normaliser::kRows[] = {
    {"ping", &Normaliser::drop},
    {"session.created", &Normaliser::on_session},
    {"session.updated", &Normaliser::on_session},
    {"conversation.created", &Normaliser::on_conversation},
    {"conversation.item.added", &Normaliser::on_item_added},
    {"conversation.item.created", &Normaliser::on_item_added},  // its older name
    {"conversation.item.done", &Normaliser::on_item_done},
    {"conversation.item.deleted", &Normaliser::on_item_deleted},
    {"conversation.item.truncated", &Normaliser::drop},  // the adapter has said so itself
    {"conversation.item.input_audio_transcription.updated", &Normaliser::on_transcription},
    {"conversation.item.input_audio_transcription.completed", &Normaliser::on_transcription},
    {"input_audio_buffer.speech_started", &Normaliser::on_speech_started},
    {"input_audio_buffer.speech_stopped", &Normaliser::on_speech_stopped},
    {"input_audio_buffer.committed", &Normaliser::on_committed},
    {"response.created", &Normaliser::on_created},
    {"response.done", &Normaliser::on_done},
    {"response.cancelled", &Normaliser::on_done},  // xAI's older samples listen for it
    {"response.output_item.added", &Normaliser::on_output_item_added},
    {"response.output_item.done", &Normaliser::on_output_item_done},
    {"response.content_part.added", &Normaliser::on_part},
    {"response.content_part.done", &Normaliser::on_part},
    {"response.output_audio_transcript.delta", &Normaliser::on_words},
    {"response.output_audio_transcript.done", &Normaliser::on_words},
    {"response.output_text.delta", &Normaliser::on_words},
    {"response.output_text.done", &Normaliser::on_words},
    {"response.text.delta", &Normaliser::on_words},
    {"response.text.done", &Normaliser::on_words},
    {"response.output_audio.done", &Normaliser::on_audio_done},
    {"response.function_call_arguments.delta", &Normaliser::on_arguments},
    {"response.function_call_arguments.done", &Normaliser::on_arguments},
    {"error", &Normaliser::on_error},
};

bool Normaliser::take(const realtime::ServerFrame& frame, SteadyTime now, Frames& out) {
  if (frame.type == EventType::output_audio_delta) return on_audio(frame.text, out);
  const auto type = realtime::peek_type_text(frame.text);
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& each) { return each.type == type; });
  if (row == std::end(kRows)) return true;
  auto event = realtime::decode_server_event(frame);
  if (!event) {
    ++unreadable_;
    return false;
  }
  Event read{row->type, std::move(event->body), now, out};
  return (this->*row->read)(read);
}

bool Normaliser::drop(Event&) { return false; }

/// Byte for byte, but for the number of an item that is not its response's first.
bool Normaliser::on_audio(std::string_view frame, Frames& out) {
  if (!running_.is_running()) return !was_cut_short_;
  if (running_.is_text_only()) return false;
  const auto* item = running_.newest();
  if (!item || item->index == 0) return true;
  constexpr std::string_view kKey = "\"output_index\":";
  const auto key = frame.find(kKey);
  if (key == std::string_view::npos) return true;
  const auto from = std::min(frame.find_first_not_of(' ', key + kKey.size()), frame.size());
  const auto to = std::min(frame.find_first_not_of("0123456789", from), frame.size());
  std::string numbered(frame.substr(0, from));
  numbered += std::to_string(item->index);
  numbered += frame.substr(to);
  out.push_back(std::move(numbered));
  return false;
}

void Normaliser::say(json::object event, Frames& out) {
  if (!event.contains("event_id")) {
    event["event_id"] = "event_callosum_" + std::to_string(next_event_++);
  }
  out.push_back(json::serialize(event));
}

void Normaliser::say_error(json::object error, Frames& out) {
  say({{"type", "error"}, {"error", std::move(error)}}, out);
}

bool Normaliser::on_session(Event& event) {
  const auto* found = find_object(event.body, "session");
  const json::object none;
  const auto& echo = found ? *found : none;
  event.body["session"] =
      event.type == "session.created" ? session_.on_created(echo) : session_.on_updated(echo);
  event.body.erase("previous_item_id");
  say(std::move(event.body), event.out);
  return false;
}

bool Normaliser::on_conversation(Event& event) {
  const auto* conversation = find_object(event.body, "conversation");
  const auto id = conversation ? text_at(*conversation, "id") : std::string_view();
  if (id.empty()) return false;
  conversation_id_ = id;
  is_named_ = true;
  return false;
}

bool Normaliser::on_speech_started(Event& event) {
  const auto* at = event.body.if_contains("audio_start_ms");
  if (at && at->is_int64()) {
    transcripts_.on_started(text_at(event.body, "item_id"), at->get_int64());
  }
  turns_.on_speech_started();
  if (session_.yields_to_speech()) running_.speak_over();
  return true;
}

bool Normaliser::on_speech_stopped(Event& event) {
  const auto* at = event.body.if_contains("audio_end_ms");
  if (at && at->is_int64()) {
    transcripts_.on_stopped(text_at(event.body, "item_id"), at->get_int64());
  }
  turns_.on_speech_stopped();
  if (session_.answers_speech()) turns_.on_own_response_coming(event.now);
  return true;
}

bool Normaliser::on_committed(Event& event) {
  turns_.on_speech_stopped();
  if (session_.answers_speech()) turns_.on_own_response_coming(event.now);
  const std::string item_id(text_at(event.body, "item_id"));
  const bool is_mended = mend_previous(event.body, item_id);
  if (is_mended) say(std::move(event.body), event.out);
  const auto* item = items_.find(item_id);
  if (!item || !items_.mark_done(item_id)) return !is_mended;
  // The frame itself comes first, whichever way it goes.
  if (!is_mended) event.out.push_back(json::serialize(event.body));
  json::object whole = *item;
  whole["status"] = "completed";
  items_.keep(whole);
  say_item("conversation.item.done", whole, nullptr, event.out);
  return false;
}

bool Normaliser::on_transcription(Event& event) {
  const std::string item_id(text_at(event.body, "item_id"));
  const std::string text(text_at(event.body, "transcript"));
  const bool is_end = event.type.ends_with(".completed") &&
                      text_at(event.body, "status", "completed") == "completed";
  json::object told{{"item_id", item_id}, {"content_index", 0}};
  if (is_end) {
    const auto seconds = transcripts_.seconds(item_id);
    if (!transcripts_.finish(item_id)) return false;
    items_.set_transcript(item_id, text);
    told["type"] = "conversation.item.input_audio_transcription.completed";
    told["transcript"] = text;
    told["usage"] = json::object{{"type", "duration"}, {"seconds", seconds}};
  } else {
    const auto more = transcripts_.on_text(item_id, text);
    if (!more) return false;
    told["type"] = "conversation.item.input_audio_transcription.delta";
    told["delta"] = *more;
  }
  if (const auto* id = event.body.if_contains("event_id")) told["event_id"] = *id;
  say(std::move(told), event.out);
  return false;
}

bool Normaliser::on_error(Event& event) {
  auto error = mend_error(event.body);
  const std::string named(text_at(error, "event_id"));
  if (named.starts_with(kSilentEvent)) return false;
  const bool is_about_session = text_at(error, "param").starts_with("session");
  if (!named.empty() || is_about_session) session_.on_refused(named);
  const bool is_about_responses = text_at(error, "code").find("response") != std::string_view::npos;
  const auto refused = turns_.on_error(named, is_about_responses);
  if (refused) error["event_id"] = *refused;
  json::object told{{"type", "error"}, {"error", std::move(error)}};
  if (find_object(event.body, "error") && find_string(event.body, "event_id")) {
    told["event_id"] = event.body.at("event_id");
  }
  say(std::move(told), event.out);
  return false;
}

}  // namespace callosum::provider::xai
