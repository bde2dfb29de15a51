#include "sim/xai/dialogue.hpp"

#include <array>

#include "base/json.hpp"
#include "sim/xai/shapes.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai {

namespace {

json::object made_up_item(Wire& wire, std::string text) {
  const json::object part{{"type", "text"}, {"text", std::move(text)}};
  return {{"id", wire.make_id("item_")},
          {"object", "realtime.item"},
          {"type", "message"},
          {"status", "completed"},
          {"role", "assistant"},
          {"content", json::array{part}},
          {"replayed", true}};
}

}  // namespace

Dialogue::Dialogue(Wire& wire, Timeline& timeline, KeptConversations& kept, const Arrival& arrival)
    : wire_(wire),
      timeline_(timeline),
      kept_(kept),
      session_(new XaiSession(arrival.model, wire.make_id("sess_"))),
      state_{.session = std::unique_ptr<Session>(session_)},
      responder_(wire, state_, timeline),
      listener_(wire, state_, timeline, responder_),
      conversation_id_(arrival.conversation_id) {
  is_resumed_ = kept_.has(conversation_id_);
  if (!is_resumed_) {
    if (!conversation_id_.empty()) wire_.note("unknown_conversations", conversation_id_);
    conversation_id_ = wire_.make_id("conv_");
  }
  responder_.on_free = [this](Ms played) { on_free(played); };
}

void Dialogue::begin() {
  wire_.send({{"type", "session.created"}, {"session", session_->created()}});
  if (as_xai(wire_.script()).is_created_at_once) open_conversation();
}

void Dialogue::open_conversation() {
  if (is_opened_) return;
  is_opened_ = true;
  wire_.send({{"type", "conversation.created"},
              {"conversation", {{"id", conversation_id_}, {"object", "realtime.conversation"}}}});
}

void Dialogue::on_text(std::string_view frame) {
  const auto event = read_event(wire_, frame);
  if (!event) return;
  const auto type = text_at(*event, "type");
  const auto handler = find_handler(type);
  if (!handler || !is_client_event(type)) {
    return wire_.refuse(
        {"unknown_event", "Unknown event type: '" + std::string(type) + "'.", "type"}, &*event);
  }
  if (auto problem = check_event(type, *event)) return wire_.refuse(*problem, &*event);
  (this->*handler)(*event);
  if (type != "input_audio_buffer.append") keep();
}

void Dialogue::on_binary(std::string_view bytes) {
  if (!session_->takes_binary()) {
    wire_.note("binary_frames");
    return wire_.refuse(
        {"invalid_event", "Binary frames are audio: set session.audio.input.format before."});
  }
  wire_.world().stats.count("binary_frames_in");
  if (listener_.is_deaf()) return;
  listener_.append(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

Dialogue::Handler Dialogue::find_handler(std::string_view type) {
  struct Row {
    std::string_view type;
    Handler handler;
  };
  static constexpr std::array<Row, 9> kRows{
      {{"input_audio_buffer.append", &Dialogue::append_audio},
       {"session.update", &Dialogue::update_session},
       {"input_audio_buffer.commit", &Dialogue::commit_audio},
       {"input_audio_buffer.clear", &Dialogue::clear_audio},
       {"conversation.item.create", &Dialogue::create_item},
       {"conversation.item.delete", &Dialogue::delete_item},
       {"conversation.item.truncate", &Dialogue::truncate_item},
       {"response.create", &Dialogue::create_response},
       {"response.cancel", &Dialogue::cancel_response}}};
  for (const auto& row : kRows) {
    if (row.type == type) return row.handler;
  }
  return nullptr;
}

void Dialogue::update_session(const json::object& event) {
  const auto& update = event.at("session");
  if (auto problem = session_->apply(update, {})) return wire_.refuse(*problem, &event);
  for (const auto& key : foreign_keys(update.get_object())) wire_.note("foreign_keys", key);
  wire_.world().stats.record_session(wire_.name(), "last_update", update);
  if (!is_configured_) {
    is_configured_ = true;
    open_conversation();
    wire_.world().stats.record_session(wire_.name(), "conversation_id",
                                       json::value(conversation_id_));
    ping();
    if (is_resumed_ && session_->is_resumable()) replay();
    if (is_resumed_ && as_xai(wire_.script()).replaying == Replaying::endless) {
      return replay_for_ever();
    }
  }
  wire_.send({{"type", "session.updated"}, {"session", session_->updated()}});
}

void Dialogue::ping() {
  const auto interval = as_xai(wire_.script()).ping_interval;
  if (interval.count() == 0) return;
  wire_.send({{"type", "ping"}, {"timestamp", epoch_ms(wire_.world().time.wall_now())}});
  timeline_.after(interval, [this] { ping(); });
}

/// The earlier connection's items under new ids; no event says that they are all there. Its calls
/// are known, and whether they are answered is left to the client.
void Dialogue::replay() {
  for (auto& body : kept_.replay(conversation_id_)) {
    const auto id = wire_.make_id("item_");
    body["id"] = id;
    const auto type = text_at(body, "type");
    if (type != "message") {
      auto& call = state_.calls[std::string(text_at(body, "call_id"))];
      if (type == "function_call_output") ++call.outputs;
    }
    const auto& items = state_.conversation.items();
    json::value previous;
    if (type == "message" && !items.empty()) previous = items.back().id;
    state_.conversation.insert({.id = id, .body = body});
    tell_replayed(std::move(body), std::move(previous));
  }
  wire_.world().stats.count("resumed_conversations");
  if (as_xai(wire_.script()).replaying != Replaying::huge) return;
  constexpr std::size_t kItems = 20;
  constexpr std::size_t kItemBytes = 512 << 10;
  for (std::size_t i = 0; i < kItems; ++i) {
    tell_replayed(made_up_item(wire_, std::string(kItemBytes, 'x')), nullptr);
  }
}

void Dialogue::tell_replayed(json::object item, json::value previous) {
  const bool is_created = as_xai(wire_.script()).replaying == Replaying::created;
  wire_.send({{"type", is_created ? "conversation.item.created" : "conversation.item.added"},
              {"item", std::move(item)},
              {"previous_item_id", std::move(previous)}});
}

/// And never comes to the session's settings.
void Dialogue::replay_for_ever() {
  tell_replayed(made_up_item(wire_, "And so on."), nullptr);
  timeline_.after(Ms(10), [this] { replay_for_ever(); });
}

void Dialogue::keep() {
  if (!session_->is_resumable()) return;
  kept_.keep(conversation_id_, state_.conversation, as_xai(wire_.script()).kept_for);
}

void Dialogue::append_audio(const json::object& event) {
  if (!listener_.is_deaf()) listener_.append(event);
}
void Dialogue::commit_audio(const json::object& event) { listener_.commit_by_hand(event); }
void Dialogue::clear_audio(const json::object&) { listener_.clear(); }

void Dialogue::create_item(const json::object& event) {
  if (auto problem = check_item(event.at("item"), "item")) return wire_.refuse(*problem, &event);
  const auto& item = event.at("item").get_object();
  const auto type = text_at(item, "type");
  if (type == "force_message") return force_message(event);
  const auto id = text_at(item, "id");
  if (!id.empty() && state_.conversation.find(id)) {
    return wire_.refuse(
        {"invalid_value", "An item with the id '" + std::string(id) + "' already exists.",
         "item.id"},
        &event);
  }
  if (type == "function_call_output") {
    if (!take_output(wire_, state_, event)) return;
    if (responder_.is_active()) {
      waiting_outputs_.push_back(event);
      return;
    }
  }
  add_item(item, event);
}

/// Roles, blank arguments and the missing predecessor of tools' items are the wire's (recorded).
void Dialogue::add_item(json::object item, const json::object& event) {
  const std::string given(text_at(item, "id"));
  const auto id = given.empty() ? wire_.make_id("item_") : given;
  json::object body{{"id", id}, {"object", "realtime.item"}, {"type", item["type"]}};
  body["status"] = "completed";
  const bool is_message = text_at(item, "type") == "message";
  body["role"] = is_message ? item["role"] : json::value("tool");
  const auto whole = is_message ? without_sound(item) : item;
  for (const char* key : {"content", "call_id", "name", "arguments", "output"}) {
    if (const auto* value = whole.if_contains(key)) body[key] = *value;
  }
  body["replayed"] = false;
  if (text_at(item, "type") == "function_call") seed_call(state_, item);
  const auto after = text_at(event, "previous_item_id");
  if (!state_.conversation.insert({.id = id, .body = body}, after)) {
    return wire_.refuse(
        {"invalid_value", "The item with id '" + std::string(after) + "' does not exist.",
         "previous_item_id"},
        &event);
  }
  if (body.contains("arguments")) body["arguments"] = "";
  const auto previous = state_.conversation.previous_of(id);
  json::value told;
  if (is_message && !previous.empty()) told = previous;
  wire_.send({{"type", "conversation.item.added"},
              {"item", std::move(body)},
              {"previous_item_id", std::move(told)}});
}

void Dialogue::force_message(const json::object& event) {
  const auto& item = event.at("item").get_object();
  const auto* interruptible = item.if_contains("interruptible");
  wire_.world().stats.count("force_messages");
  Reply reply;
  reply.parts.push_back({.text = text_of(item)});
  const bool is_deaf = interruptible && *interruptible == false && !responder_.is_active();
  if (is_deaf) listener_.be_deaf_for(spoken_length(reply.parts.front().text, 1));
  responder_.speak(std::move(reply), event);
}

void Dialogue::delete_item(const json::object& event) {
  const std::string id(text_at(event, "item_id"));
  if (!state_.conversation.erase(id)) {
    return wire_.refuse(
        {"item_delete_invalid_item_id",
         "Error deleting item: the item with id '" + id + "' does not exist.", "item_id"},
        &event);
  }
  const bool has_id = as_xai(wire_.script()).has_deleted_ids;
  wire_.send({{"type", "conversation.item.deleted"}, {"item_id", has_id ? id : std::string()}});
}

void Dialogue::truncate_item(const json::object& event) {
  wire_.note("truncations", text_at(event, "item_id"));
  const auto truncation = as_xai(wire_.script()).truncation;
  if (truncation == Truncation::ignored) return;
  if (truncation == Truncation::refused) {
    return wire_.refuse(
        {"unknown_event", "Unknown event type: 'conversation.item.truncate'.", "type"}, &event);
  }
  if (auto problem = state_.conversation.truncate(event)) return wire_.refuse(*problem, &event);
  wire_.send({{"type", "conversation.item.truncated"},
              {"item_id", event.at("item_id")},
              {"content_index", event.at("content_index")},
              {"audio_end_ms", event.at("audio_end_ms")}});
}

/// Of a response's own parameters only these two have an effect.
void Dialogue::create_response(const json::object& event) {
  auto obeyed = event;
  obeyed.erase("response");
  if (const auto* given = find_object(event, "response")) {
    if (auto problem = check_response_params(*given, "response")) {
      return wire_.refuse(*problem, &event);
    }
    json::object params;
    for (const char* key : {"instructions", "metadata"}) {
      const auto* value = given->if_contains(key);
      if (value && !value->is_null()) params[key] = *value;
    }
    obeyed["response"] = std::move(params);
  }
  responder_.create(obeyed);
}

void Dialogue::cancel_response(const json::object& event) { responder_.cancel(event); }

void Dialogue::on_free(Ms played) {
  auto waiting = std::move(waiting_outputs_);
  waiting_outputs_.clear();
  for (const auto& event : waiting) add_item(event.at("item").get_object(), event);
  listener_.watch_idle(played);
  keep();
}

void Dialogue::end() {
  keep();
  count_unanswered(wire_, state_);
}

}  // namespace callosum::sim::xai
