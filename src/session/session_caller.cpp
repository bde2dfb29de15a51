// The caller's side of a session: what a client program may do to it.
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "session/session.hpp"

namespace callosum::session {

using realtime::EventType;

void Session::refuse(std::string_view code, std::string_view message, std::string_view param,
                     std::string_view event_id) {
  to_caller(realtime::encode_error("invalid_request_error", code, message, param, event_id,
                                   next_event_id()));
}

void Session::on_caller_frame(const realtime::ClientFrame& frame) {
  switch (frame.type) {
    case EventType::input_audio_buffer_append:
      has_uncommitted_audio_ = true;
      to_model(frame.text, net::FrameKind::audio);
      return;
    case EventType::session_update:
      return on_caller_session_update(frame);
    case EventType::conversation_item_create:
      return on_caller_item(frame);
    case EventType::response_create:
      return on_caller_create(frame);
    case EventType::response_cancel:
      return on_caller_cancel(frame);
    case EventType::input_audio_buffer_commit:
    case EventType::input_audio_buffer_clear:
    case EventType::conversation_item_retrieve:
    case EventType::conversation_item_delete:
    case EventType::conversation_item_truncate:
    case EventType::output_audio_buffer_clear:
      to_model(frame.text);
      return;
    default:
      break;
  }
  const auto event = realtime::decode_client_event(frame);
  if (!event) {
    refuse("invalid_json", event.error().message, "", "");
    return;
  }
  refuse("invalid_value", "The event type is not one that a client may send.", "type",
         text_at(*event, "event_id"));
}

void Session::on_caller_session_update(const realtime::ClientFrame& frame) {
  auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  const std::string event_id(text_at(*event, "event_id"));
  const auto* session = find_object(*event, "session");
  if (!session) {
    return refuse("missing_required_parameter", "Missing required parameter: 'session'.", "session",
                  event_id);
  }
  auto merged = view_.merge(*session);
  if (!merged) {
    const auto& error = merged.error();
    return refuse(error.detail, error.message, error.say, event_id);
  }
  ++updates_seen_;
  // While the model is being found again the merged session is part of the next opening.
  if (!is_connected_) return;
  update_is_callers_.push_back(true);
  to_model(realtime::encode_session_update(*merged, event_id));
}

void Session::on_caller_item(const realtime::ClientFrame& frame) {
  auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  const auto* object = find_object(*event, "item");
  const std::string event_id(text_at(*event, "event_id"));
  if (!object) {
    return refuse("missing_required_parameter", "Missing required parameter: 'item'.", "item",
                  event_id);
  }
  const auto item = realtime::read_item(*object);
  if (item.is_function_output()) {
    // A client may not answer in a tool's place, and some answer the same call twice.
    if (!sequencer_.is_waiting_for_caller_output(item.call_id)) {
      return refuse("invalid_value", "There is no open call of this client with that id.",
                    "item.call_id", event_id);
    }
    sequencer_.on_output(item.call_id, false, parts_.time.now());
    to_model(frame.text);
    return create_when_due();
  }
  if (item.is_function_call()) {
    return refuse("invalid_value", "Function calls are made by the model.", "item.type", event_id);
  }
  if (item.type == "message" && item.role == "user") {
    begin_turn();
    history_.add("user", realtime::item_text(*object));
  }
  to_model(frame.text);
}

void Session::on_caller_create(const realtime::ClientFrame& frame) {
  auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  const std::string event_id(text_at(*event, "event_id"));
  bool out_of_band = false;
  bool changed = false;
  if (auto* response = event->if_contains("response"); response && response->is_object()) {
    auto& object = response->get_object();
    out_of_band = text_at(object, "conversation") == "none";
    changed = object.contains("tools") || object.contains("instructions");
    if (changed) view_.complete_response(object);
  }
  const std::string text = changed ? json::serialize(*event) : std::string(frame.text);
  switch (sequencer_.on_caller_create(out_of_band, text)) {
    case CreateDecision::forward:
      to_model(text);
      return;
    case CreateDecision::hold:
      return;
    case CreateDecision::refuse:
      return refuse("conversation_already_has_active_response",
                    "Conversation already has an active response in progress: " +
                        sequencer_.active_response() +
                        ". Wait until the response is finished before creating a new one.",
                    "", event_id);
  }
}

void Session::on_caller_cancel(const realtime::ClientFrame& frame) {
  sequencer_.on_caller_cancel(parts_.time.now());
  give_up_calls();
  // A response whose only content were our calls is over for the model, but not yet for the caller.
  const auto [created, done] = veil_.take_dropped();
  if (!done.empty() && !sequencer_.has_active_response()) {
    to_caller(created);
    to_caller(done);
    return;
  }
  to_model(frame.text);
}

}  // namespace callosum::session
