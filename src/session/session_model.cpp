// The model's side of a session: what passes to the caller, and what the gateway acts on.
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "session/session.hpp"

namespace callosum::session {

using realtime::EventType;

namespace {

constexpr std::size_t kMostReplyBytes = 16 * 1024;
constexpr std::string_view kOurs = "callosum.";  // what the gateway's own events begin with

/// Whether a caller's program might take it for an event of the gateway's own. Most frames are not
/// parsed for that; one that has the word, or may hide it, is told by its decoded type.
bool poses_as_ours(const realtime::ServerFrame& frame) {
  const bool may_name_us = frame.text.find(kOurs) != std::string_view::npos ||
                           frame.text.find("\\u") != std::string_view::npos;
  if (!may_name_us) return false;
  const auto event = realtime::decode_server_event(frame);
  return !event || text_at(event->body, "type").starts_with(kOurs);
}

}  // namespace

void Session::on_model_frame(const realtime::ServerFrame& frame) {
  switch (frame.type) {
    case EventType::output_audio_delta:
      on_reply_audio(frame.text);
      if (!state_.should_suppress_audio()) to_caller(frame.text, net::FrameKind::audio);
      return;
    case EventType::output_audio_transcript_delta:
    case EventType::output_text_delta:
      if (!state_.should_suppress_transcript()) to_caller(frame.text);
      return;
    case EventType::output_audio_transcript_done:
    case EventType::output_text_done:
    case EventType::transcription_completed:
      return on_transcript(frame);
    case EventType::transcription_failed:
      on_words_failed(frame);
      [[fallthrough]];
    case EventType::transcription_delta:
    case EventType::transcription_segment:
      if (view_.shows_transcripts()) to_caller(frame.text);
      return;
    case EventType::session_created:
    case EventType::session_updated:
      return on_session_event(frame);
    case EventType::conversation_item_added:
    case EventType::conversation_item_created:
    case EventType::conversation_item_done:
    case EventType::conversation_item_retrieved:
      return on_item_event(frame);
    case EventType::conversation_item_deleted:
      return on_item_deleted(frame);
    case EventType::output_item_added:
    case EventType::output_item_done:
      return on_output_item(frame);
    case EventType::function_call_arguments_delta:
    case EventType::function_call_arguments_done:
      return on_arguments(frame);
    case EventType::response_created:
      return on_response_created(frame);
    case EventType::response_done:
      return on_response_done(frame);
    case EventType::rate_limits_updated:
      return on_rate_limits(frame);
    case EventType::function_calls_withdrawn:
      return on_calls_withdrawn(frame);
    case EventType::input_audio_buffer_cleared:
      has_uncommitted_audio_ = false;
      sequencer_.on_speech_dropped();
      to_caller(frame.text);
      return look_again();
    case EventType::error:
      return on_error(frame);
    case EventType::speech_started:
    case EventType::speech_stopped:
    case EventType::input_audio_buffer_committed:
      return on_speech(frame);
    case EventType::unknown:
      if (!poses_as_ours(frame)) to_caller(frame.text);
      return;  // what this vendor adds tomorrow is not an error
    default:
      return to_caller(frame.text);
  }
}

void Session::on_session_event(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  auto* session = event->body.if_contains("session");
  const bool answers_callers = frame.type == EventType::session_updated && !updates_.empty() &&
                               updates_.front().patch.has_value();
  if (answers_callers) view_.commit(*updates_.front().patch);
  if (session && session->is_object()) view_.hide(session->get_object());
  if (frame.type == EventType::session_created) {
    const auto* expires_at =
        session && session->is_object() ? session->get_object().if_contains("expires_at") : nullptr;
    if (expires_at && expires_at->is_int64()) on_expiry_told(expires_at->get_int64());
    if (session && session->is_object()) {
      note(storage::SessionState::live, text_at(session->get_object(), "id"));
    }
    // The caller hears of its session once it is what was asked for: our first update is on its
    // way.
    if (!said_created_) held_created_ = std::move(event->body);
    return;
  }
  // What our own brain says of a session, it says by itself: whether it serves its plans tell.
  const bool is_ours = context_->reply_path == registry::ReplyPath::brain;
  if (is_ours) is_served_ = true;
  on_source_serves();
  Loaded loads;
  if (!updates_.empty()) {
    loads = std::move(updates_.front().loads);
    updates_.pop_front();
  }
  if (loads) return put_in_force(loads);
  if (answers_callers) {
    if (session && session->is_object()) session->get_object()["id"] = id();
    to_caller(json::serialize(event->body));
    greet();
  } else if (session && session->is_object()) {
    say_created(std::move(session->get_object()));
  }
}

void Session::greet() {
  if (greeting_.empty()) return;
  say_beside(std::exchange(greeting_, {}));
}

void Session::say_created(json::object session) {
  if (std::exchange(said_created_, true)) return;  // a connection found again is not news
  auto created = std::exchange(held_created_, {});
  session["id"] = id();
  created["type"] = to_string(EventType::session_created);
  if (!created.contains("event_id")) created["event_id"] = next_event_id();
  created["session"] = std::move(session);
  to_caller(json::serialize(created));
  if (wants_tools_) tell_timeline("loaded", "", "", join(source().offer->names(), ", "), "");
  tell_failover();
}

void Session::on_item_event(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  const auto* object = find_object(event->body, "item");
  if (!object) return;
  const auto item = realtime::read_item(*object);
  const bool is_answer = frame.type == EventType::conversation_item_retrieved;
  if (!is_answer && told_.contains(item.id)) return;  // by us, again
  const bool ours = (item.is_function_call() && is_ours(item.name, "")) ||
                    (item.is_function_output() && veil_.is_hidden_call(item.call_id)) ||
                    veil_.is_hidden_item(item.id);
  if (ours) {
    veil_.hide_item(item.id, text_at(event->body, "previous_item_id"));
    return;
  }
  if (item.type == "message") history_.name(item.id, item.role, realtime::item_text(*object));
  veil_.mend_previous(event->body);
  to_caller(json::serialize(event->body));
}

void Session::on_item_deleted(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (event) history_.remove(text_at(event->body, "item_id"));
  to_caller(frame.text);
}

void Session::announce(std::string_view response_id) {
  if (const auto created = veil_.take_created(response_id)) to_caller(*created);
}

void Session::on_output_item(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  const auto response_id = text_at(event->body, "response_id");
  const auto* object = find_object(event->body, "item");
  if (!object) return;
  const auto item = realtime::read_item(*object);
  if (item.is_function_call() && is_ours(item.name, response_id)) {
    veil_.hide_item(item.id);
    veil_.mark_hidden_output(response_id);
  } else {
    announce(response_id);
    to_caller(frame.text);
  }
  if (const auto call = model_->handle_realtime_function_call_event(*event))
    on_finished_call(*call);
}

void Session::on_arguments(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event || veil_.is_hidden_item(text_at(event->body, "item_id"))) return;
  announce(text_at(event->body, "response_id"));
  to_caller(frame.text);
}

void Session::on_response_done(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  const auto info = realtime::read_response(event->body);
  const std::string id(info.id);
  const bool cancelled = info.status == "cancelled" || info.status == "incomplete";
  // Sweep for calls whose own event was lost: the wire shows each in four places.
  const auto* response = find_object(event->body, "response");
  const auto* output = response ? find_array(*response, "output") : nullptr;
  if (output && !cancelled) {
    for (const auto& entry : *output) {
      const auto* object = entry.if_object();
      if (!object) continue;
      const auto item = realtime::read_item(*object);
      if (!item.is_function_call() || !item.is_completed()) continue;
      on_finished_call({id, item.id, item.call_id, item.name, item.arguments});
    }
  }
  finish_response(frame, *event, info.is_out_of_band, cancelled);
  count_dropped();
}

void Session::on_rate_limits(const realtime::ServerFrame& frame) {
  to_caller(frame.text);
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  for (const auto& low : provider_limits_.take(event->body)) {
    parts_.metrics.provider_limits_low(context_->provider, low.name).add();
    parts_.log.warn("provider_limit_low", {{"session_id", id()},
                                           {"provider", context_->provider},
                                           {"limit", low.name},
                                           {"remaining", low.remaining},
                                           {"of", low.limit},
                                           {"reset_s", low.reset_s}});
  }
}

void Session::finish_response(const realtime::ServerFrame& frame, realtime::ServerEvent& event,
                              bool out_of_band, bool cancelled) {
  const std::string id(realtime::read_response(event.body).id);
  const bool was_stripped = veil_.strip_output(event.body);
  const bool had_hidden = was_stripped || veil_.has_hidden_output(id);
  const bool is_given_up = sequencer_.is_given_up(id);
  if (!out_of_band) {
    sequencer_.on_done(id, cancelled);
    creates_.on_done();
  }
  // Nothing of it is shown only where another response is to follow and take its place.
  const bool is_replaced =
      had_hidden && veil_.is_held(id) && !cancelled && !out_of_band && sequencer_.is_busy();
  // The caller sees the end before anything that follows from it.
  if (is_replaced) {
    veil_.drop_response(id, frame.text);
    if (is_given_up) veil_.cancel_dropped();
  } else {
    announce(id);
    if (was_stripped) {
      to_caller(json::serialize(event.body));
    } else {
      to_caller(frame.text);
    }
    if (!out_of_band) veil_.forget_dropped();
  }
  if (out_of_band) {
    const auto event_id = creates_.on_done_out_of_band(id);
    if (event_id.empty()) return;
    if (event_id == filler_.event_id) filler_ = {};
    if (event_id != goodbye_event_) return;
    goodbye_event_.clear();
    return turn_is_over();
  }
  note_resumption();
  if (!is_replaced) on_reply_ended(!cancelled);
  const bool gives_way = !cut_for_result_.empty() && std::exchange(cut_for_result_, {}) == id;
  if (cancelled && !gives_way) interrupt_calls();
  (cancelled ? cut_off_ : completed_).insert(id);
  release_waiting(id, !cancelled);
  reload_when_due();
  create_when_due();
}

void Session::on_speech(const realtime::ServerFrame& frame) {
  const auto now = parts_.time.now();
  if (frame.type == EventType::speech_started) {
    sequencer_.on_speech_started(now);
    on_spoken_over();
    stay();
    stop_playing();
    interrupt_calls();
  } else if (frame.type == EventType::speech_stopped) {
    if (view_.answers_speech()) {
      sequencer_.on_speech_stopped(now);
    } else {
      sequencer_.on_speech_dropped();  // the caller's program says what follows
    }
  } else {
    has_uncommitted_audio_ = false;
    begin_turn();
    realtime::EventArena arena;
    auto event = realtime::decode_server_event(frame, arena.storage());
    if (event) {
      note_turn(text_at(event->body, "item_id"));
      pass_mended(frame, event->body);
    } else {
      to_caller(frame.text);
    }
    return look_again();
  }
  to_caller(frame.text);
  look_again();
}

/// On to the caller, without the name of an item that it does not see.
void Session::pass_mended(const realtime::ServerFrame& frame, json::object& event) {
  if (!veil_.is_hidden_item(text_at(event, "previous_item_id"))) return to_caller(frame.text);
  veil_.mend_previous(event);
  to_caller(json::serialize(event));
}

/// What was said there nobody will ever tell.
void Session::on_words_failed(const realtime::ServerFrame& frame) {
  if (!parts_.catalog->snapshot()->minds_provenance()) return;
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (event) calls_->facts().due_words.came(text_at(event->body, "item_id"));
}

void Session::on_transcript(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  if (frame.type == EventType::transcription_completed) {
    hear_user(text_at(event->body, "transcript"), text_at(event->body, "item_id"));
    if (view_.shows_transcripts()) to_caller(frame.text);
    return;
  }
  const auto said = frame.type == EventType::output_text_done ? text_at(event->body, "text")
                                                              : text_at(event->body, "transcript");
  has_replied_ |= !said.empty();
  if (reply_words_.size() + said.size() < kMostReplyBytes) (reply_words_ += ' ') += said;
  history_.add("assistant", said, text_at(event->body, "item_id"));
  if (!state_.should_suppress_transcript()) to_caller(frame.text);
}

}  // namespace callosum::session
