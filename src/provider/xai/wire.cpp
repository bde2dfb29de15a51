#include "provider/xai/wire.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/client_shape.hpp"
#include "realtime/client_event.hpp"

namespace callosum::provider::xai {

using realtime::EventType;

namespace {

/// GA hears the user by itself unless it is told otherwise, xAI only where it is told to.
void hear_by_default(json::object& session) {
  auto& audio = session["audio"];
  if (!audio.is_object()) audio.emplace_object();
  auto& input = audio.get_object()["input"];
  if (!input.is_object()) input.emplace_object();
  auto& detection = input.get_object();
  if (!detection.contains("turn_detection")) {
    detection["turn_detection"] = json::object{{"type", "server_vad"}};
  }
}

bool is_of_response(std::string_view type) { return type.starts_with("response."); }

}  // namespace

void Wire::open(const realtime::SessionOpening& opening, std::string_view event_id) {
  json::object session = opening.session;
  hear_by_default(session);
  session["tools"] = opening.tools->list;
  auto settled = settle_session(session);
  auto encoded = encode_session(settled);
  encoded.erase("tools");
  encoded["resumption"] = json::object{{"enabled", true}};  // of both connections (§6.1)
  if (!opening.resumption.empty()) replay_.begin();
  to_model_.push_back(realtime::encode_session_update(encoded, opening.tools->text, event_id));
  normaliser_.session().on_sent(event_id, std::move(settled));
}

bool Wire::from_gateway(std::string_view text, SteadyTime now) {
  const auto type = realtime::peek_type(text);
  switch (type) {
    case EventType::input_audio_buffer_commit:
      if (!normaliser_.session().hears_by_itself()) normaliser_.turns().on_commit(now);
      return true;
    case EventType::conversation_item_create:
      return !name_theirs(text);
    case EventType::session_update:
    case EventType::response_create:
    case EventType::response_cancel:
    case EventType::conversation_item_retrieve:
    case EventType::conversation_item_truncate:
    case EventType::conversation_item_delete:
      break;
    default:
      return true;  // said alike
  }
  const auto event = realtime::decode_client_event({type, text});
  if (!event) return true;
  if (type == EventType::session_update) update_session(*event);
  if (type == EventType::response_create) create_response(*event, now);
  if (type == EventType::conversation_item_retrieve) retrieve_item(*event);
  if (type == EventType::conversation_item_truncate) truncate_item(*event);
  if (type == EventType::response_cancel) return cancel_response(*event, now);
  if (type != EventType::conversation_item_delete) return false;
  const auto item_id = text_at(*event, "item_id");
  if (normaliser_.items().knows(item_id)) normaliser_.on_delete_sent(item_id);
  return !name_theirs(text);
}

void Wire::refuse(std::string_view code, std::string message, std::string_view param,
                  const json::object& event) {
  const auto or_null = [](std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  normaliser_.say_error({{"type", "invalid_request_error"},
                         {"code", code},
                         {"message", std::move(message)},
                         {"param", or_null(param)},
                         {"event_id", or_null(text_at(event, "event_id"))}},
                        to_gateway_);
}

void Wire::update_session(const json::object& event) {
  const auto* session = find_object(event, "session");
  auto settled = settle_session(session ? *session : json::object{});
  const auto event_id = text_at(event, "event_id");
  to_model_.push_back(realtime::encode_session_update(encode_session(settled), event_id));
  normaliser_.session().on_sent(event_id, std::move(settled));
}

void Wire::create_response(const json::object& event, SteadyTime now) {
  const auto* found = find_object(event, "response");
  const auto asked = found ? *found : json::object{};
  if (auto unserved = find_unserved(asked); !unserved.param.empty()) {
    return refuse("unsupported_value", std::move(unserved.message), unserved.param, event);
  }
  const auto event_id = text_at(event, "event_id");
  Ask ask;
  ask.event_id = event_id;
  ask.frame = realtime::encode_response_create(encode_response(asked), event_id);
  if (const auto* metadata = asked.if_contains("metadata")) ask.metadata = *metadata;
  if (normaliser_.turns().claim(now)) return release(ask.metadata);
  const auto* modalities = find_array(asked, "output_modalities");
  ask.is_text_only = modalities && !modalities->empty() && modalities->front() == "text";
  if (!normaliser_.turns().ask(std::move(ask), now)) {
    refuse("conversation_already_has_active_response",
           "Conversation already has an active response in progress. Wait until the response is "
           "finished before creating a new one.",
           "", event);
  }
  look(now);
}

void Wire::speak(std::string_view text, std::string_view event_id, SteadyTime now) {
  Ask ask;
  ask.event_id = event_id;
  ask.frame = encode_force_message(text, event_id);
  ask.is_utterance = true;
  if (!normaliser_.turns().ask(std::move(ask), now)) {
    refuse("server_error", "Too much waits to be said.", "", {{"event_id", event_id}});
  }
  look(now);
}

/// xAI cancels what runs, whatever is named: a response that is over must not end the next one.
bool Wire::cancel_response(const json::object& event, SteadyTime now) {
  auto& running = normaliser_.running();
  const auto named = text_at(event, "response_id");
  if (!running.is_running() || (!named.empty() && named != running.id())) {
    refuse("response_cancel_not_active", "Cancellation failed: no active response found", "",
           event);
    return false;
  }
  running.cancel();
  end_by_ = now + kEndPatience;
  return true;
}

void Wire::retrieve_item(const json::object& event) {
  const auto* item = normaliser_.items().find(text_at(event, "item_id"));
  if (!item) {
    return refuse("item_retrieve_invalid_item_id", "There is no item with that id.", "item_id",
                  event);
  }
  normaliser_.say({{"type", "conversation.item.retrieved"}, {"item", *item}}, to_gateway_);
}

/// Whether xAI does it is not known (§6), and nobody waits to hear: it is told, and held done.
void Wire::truncate_item(const json::object& event) {
  const auto item_id = text_at(event, "item_id");
  if (!normaliser_.items().knows(item_id)) {
    return refuse("item_truncate_invalid_item_id", "There is no item with that id.", "item_id",
                  event);
  }
  json::object told{{"type", "conversation.item.truncated"}, {"item_id", item_id}};
  for (const auto* key : {"content_index", "audio_end_ms"}) {
    const auto* value = event.if_contains(key);
    told[key] = value && value->is_number() ? *value : json::value(0);
  }
  json::object sent = told;
  sent["type"] = "conversation.item.truncate";
  sent["item_id"] = normaliser_.names().theirs(item_id);
  sent["event_id"] = std::string(kSilentEvent) + std::to_string(next_silent_++);
  to_model_.push_back(json::serialize(sent));
  normaliser_.say(std::move(told), to_gateway_);
}

bool Wire::from_model(const realtime::ServerFrame& frame, SteadyTime now) {
  if (replay_.take(frame)) return false;
  const bool awaited_end = normaliser_.awaits_end();
  Frames told;
  const bool passes = normaliser_.take(frame, now, told);
  const bool is_alive = awaited_end && is_of_response(realtime::to_string(frame.type));
  if (normaliser_.awaits_end() && (!awaited_end || is_alive)) end_by_ = now + kEndPatience;
  const bool is_parked = normaliser_.turns().is_unclaimed(now);
  if (is_parked) {
    park(frame, passes, std::move(told));
  } else {
    if (!parked_.empty()) release(nullptr);
    for (auto& event : told) to_gateway_.push_back(std::move(event));
  }
  look(now);
  return passes && !is_parked;
}

/// xAI answers a commit before the client has asked for a response: it hears of it once it has.
void Wire::park(const realtime::ServerFrame& frame, bool passes, Frames told) {
  if (passes) told.emplace_back(frame.text);
  for (auto& event : told) {
    parked_bytes_ += event.size();
    parked_.push_back(std::move(event));
  }
  if (parked_bytes_ > kMaxParked || frame.type == EventType::speech_started) {
    normaliser_.turns().give_away();
    release(nullptr);
  }
}

/// `metadata`: of the response.create that asks for it; null: nobody has.
void Wire::release(const json::value& metadata) {
  for (auto& text : parked_) {
    const auto type = realtime::peek_type(text);
    const bool names_it = type == EventType::response_created || type == EventType::response_done;
    auto event = names_it && !metadata.is_null() ? realtime::decode_server_event({type, text})
                                                 : Result<realtime::ServerEvent>();
    auto* response = event ? event->body.if_contains("response") : nullptr;
    if (response && response->is_object()) {
      response->get_object()["metadata"] = metadata;
      text = json::serialize(event->body);
    }
    to_gateway_.push_back(std::move(text));
  }
  parked_.clear();
  parked_bytes_ = 0;
  if (!metadata.is_null()) normaliser_.running().set_metadata(metadata);
}

void Wire::look(SteadyTime now) {
  if (!parked_.empty() && !normaliser_.turns().is_unclaimed(now)) release(nullptr);
  if (normaliser_.awaits_end() && now >= end_by_) normaliser_.end_unfinished(to_gateway_);
  while (auto due = normaliser_.turns().take_due(now)) to_model_.push_back(std::move(due->frame));
}

SteadyTime Wire::next_look(SteadyTime now) const {
  auto next = normaliser_.turns().next_look(now).value_or(SteadyTime::max());
  if (normaliser_.awaits_end()) next = std::min(next, end_by_);
  return next;
}

}  // namespace callosum::provider::xai
