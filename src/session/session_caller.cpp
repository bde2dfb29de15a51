// The caller's side of a session: what a client program may do to it.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "session/session.hpp"

namespace callosum::session {

using realtime::EventType;

namespace {

constexpr std::size_t kMaxSessionBytes = 256 * 1024;
constexpr std::size_t kMaxUpdates = 32;                                 // not yet answered
constexpr std::string_view kConfirms = "callosum.confirmation.answer";  // an event of ours
constexpr const char* kResult = "The result of the earlier call is: ";

}  // namespace

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
    case EventType::conversation_item_retrieve:
    case EventType::conversation_item_delete:
    case EventType::conversation_item_truncate:
      return on_caller_item_reference(frame);
    case EventType::response_create:
      return on_caller_create(frame);
    case EventType::response_cancel:
      return on_caller_cancel(frame);
    case EventType::output_audio_buffer_clear:
      stop_playing();
      [[fallthrough]];
    case EventType::input_audio_buffer_commit:
    case EventType::input_audio_buffer_clear:
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
  if (text_at(*event, "type") == kConfirms) return on_caller_confirms(*event);
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
  if (frame.text.size() > kMaxSessionBytes ||
      updates_.size() + held_updates_.size() > kMaxUpdates) {
    return refuse("invalid_value", "The session is larger, or changed more often, than is served.",
                  "session", event_id);
  }
  const auto admitted = view_.admit(*session);
  if (!admitted) {
    const auto& error = admitted.error();
    return refuse(error.detail, error.message, error.say, event_id);
  }
  ++updates_seen_;
  if (is_connected_) return send_update(*session, event_id);
  held_updates_.push_back(
      {"", event_id, *session, nullptr});  // for the connection that is being found
}

/// `patch` has been admitted. It is part of the session once the model says so.
void Session::send_update(json::object patch, std::string callers_id) {
  const auto admitted = view_.admit(patch);
  if (!admitted) {  // what it was admitted to has changed while it waited
    const auto& error = admitted.error();
    return refuse(error.detail, error.message, error.say, callers_id);
  }
  const auto event_id = callers_id.empty() ? next_event_id() : callers_id;
  to_model(realtime::encode_session_update(*admitted, event_id));
  json::object kept;
  kept = std::move(patch);
  updates_.push_back({event_id, std::move(callers_id), std::move(kept), nullptr});
}

/// What the caller's program does not see it can neither read nor take away.
void Session::on_caller_item_reference(const realtime::ClientFrame& frame) {
  const auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  if (!veil_.is_hidden_item(text_at(*event, "item_id"))) {
    if (frame.type == EventType::conversation_item_delete) {
      history_.remove(text_at(*event, "item_id"));
      // What is deleted while nobody is there would be found again: it is not told, then.
      if (!is_connected_) resumption_.clear();
    }
    if (frame.type == EventType::conversation_item_truncate) on_reply_truncated(*event);
    to_model(frame.text);
    return;
  }
  const auto code =
      frame.type == EventType::conversation_item_retrieve ? "item_retrieve_invalid_item_id"
      : frame.type == EventType::conversation_item_delete ? "item_delete_invalid_item_id"
                                                          : "item_truncate_invalid_item_id";
  refuse(code, "There is no item with that id.", "item_id", text_at(*event, "event_id"));
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
  if (veil_.is_hidden_item(item.id)) {
    return refuse("invalid_value", "An item with that id is there already.", "item.id", event_id);
  }
  const auto lost = std::find(lost_calls_.begin(), lost_calls_.end(), item.call_id);
  if (item.is_function_output() && lost != lost_calls_.end()) {
    // The connection that asked for it is gone: the new one is told in text.
    lost_calls_.erase(lost);
    const std::string result = kResult + std::string(text_at(*object, "output"));
    was_busy_when_lost_ |= !is_connected_;  // the next one speaks to it
    return add_and_tell("system", result);
  }
  if (item.is_function_output()) {
    // A client may not answer in a tool's place, and some answer the same call twice.
    if (!sequencer_.is_waiting_for_caller_output(item.call_id)) {
      return refuse("invalid_value", "There is no open call of this client with that id.",
                    "item.call_id", event_id);
    }
    sequencer_.on_output(item.call_id, false, parts_.time.now());
    history_.add("system", std::string(kResult) + std::string(text_at(*object, "output")), item.id);
    model_->send(frame.text, net::FrameKind::control);  // or is told as conversation
    return create_when_due();
  }
  if (item.is_function_call()) {
    return refuse("invalid_value", "Function calls are made by the model.", "item.type", event_id);
  }
  const auto lines = history_.added();
  if (item.type == "message" && item.role == "user") {
    begin_turn();
    hear_user(realtime::item_text(*object), item.id);
  } else if (item.type == "message" && (item.role == "system" || item.role == "assistant")) {
    history_.add(item.role, realtime::item_text(*object), item.id);
  }
  if (to_model(frame.text) == Passing::waits && history_.added() > lines) history_.wait_last();
}

}  // namespace callosum::session
