// What the gateway's GA events come to (protocols: Gemini Live §2, §11).
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "provider/gemini/setup.hpp"
#include "provider/gemini/wire.hpp"
#include "realtime/client_event.hpp"

namespace callosum::provider::gemini {

using realtime::EventType;

namespace {

constexpr std::string_view kSoundHead =
    R"({"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":")";
constexpr std::size_t kMaxTurns = 256;
constexpr std::size_t kMaxTurnsBytes = 512 * 1024;
constexpr JsonLimits kAppendLimits{.max_bytes = 20u << 20, .max_depth = 4};

/// The text of `audio`. Nearly always it can be seen without reading the frame.
std::optional<std::string_view> find_sound(std::string_view append, json::value& parsed) {
  constexpr std::string_view kKey = "\"audio\":\"";
  const auto key = append.find(kKey);
  const auto from = key == std::string_view::npos ? key : key + kKey.size();
  const auto to = append.find('"', std::min(from, append.size()));
  if (to != std::string_view::npos) {
    const auto text = append.substr(from, to - from);
    if (sound::is_base64(text)) return text;
  }
  auto whole = parse_strict(append, kAppendLimits);
  if (!whole || !whole->is_object()) return std::nullopt;
  parsed = std::move(*whole);
  const auto* text = find_string(parsed.get_object(), "audio");
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

/// Roles that this wire has not: it takes a user and a model.
std::string_view role_of(std::string_view role) { return role == "assistant" ? "model" : "user"; }

}  // namespace

void Wire::open(const realtime::SessionOpening& opening, std::string_view event_id) {
  json::object session = opening.session;
  session["tools"] = opening.tools->list;
  if (const auto fault = session_.update(session)) {
    conversation_.say_error(fault->code, fault->message, fault->param, event_id);
    // A wish of the caller's must not cost the session its tools and instructions.
    json::object plain{{"type", "realtime"}, {"tools", opening.tools->list}};
    plain["instructions"] = text_at(opening.session, "instructions");
    session_.update(plain);
  }
  handle_ = opening.resumption;
  reconnect(!handle_.empty());
}

void Wire::hold(std::string_view event) {
  const auto events =
      std::count_if(held_.begin(), held_.end(), [](const Held& held) { return !held.is_sound; });
  if (events < kMaxHeld && held_bytes_ + event.size() <= kMaxHeldBytes) {
    held_bytes_ += event.size();
    held_.push_back({std::string(event), false});
    return;
  }
  const auto lost = realtime::decode_client_event({realtime::peek_type(event), event});
  conversation_.say_error("server_error", "Too much waits for the voice model to be ready.", "",
                          lost ? text_at(*lost, "event_id") : std::string_view());
}

/// Of sound the oldest goes first.
void Wire::hold_sound(std::string_view append) {
  held_sound_bytes_ += append.size();
  held_.push_back({std::string(append), true});
  while (held_sound_bytes_ > kMaxHeldSound) {
    const auto oldest =
        std::find_if(held_.begin(), held_.end(), [](const Held& held) { return held.is_sound; });
    held_sound_bytes_ -= oldest->text.size();
    held_.erase(oldest);
    ++dropped_sound_;
  }
}

void Wire::from_gateway(std::string_view text, SteadyTime now) {
  if (must_hold(now)) return hold(text);
  const auto type = realtime::peek_type(text);
  const auto event = realtime::decode_client_event({type, text});
  if (event) act(type, *event, now);
  look(now);
}

void Wire::act(EventType type, const json::object& event, SteadyTime now) {
  switch (type) {
    case EventType::session_update:
      return update_session(event, now);
    case EventType::conversation_item_create:
      return create_item(event, now);
    case EventType::conversation_item_delete:
      return delete_item(event);
    case EventType::conversation_item_retrieve:
      return retrieve_item(event);
    case EventType::conversation_item_truncate:
      return truncate_item(event);
    case EventType::response_create:
      return create_response(event, now);
    case EventType::response_cancel:
      return cancel_response(event);
    case EventType::input_audio_buffer_commit:
      return commit(event, now);
    case EventType::input_audio_buffer_clear:
      return conversation_.say("input_audio_buffer.cleared", {});
    default:
      return;  // output_audio_buffer.clear and the like: nothing is kept here
  }
}

bool Wire::hear(std::string_view append, SteadyTime now) {
  if (must_hold(now)) {
    hold_sound(append);
    return false;
  }
  json::value parsed;
  const auto base64 = find_sound(append, parsed);
  if (!base64) {
    conversation_.say_error("missing_required_parameter", "Missing required parameter: 'audio'.",
                            "audio", "");
    return false;
  }
  samples_.clear();
  const auto taken = audio_in_.take(*base64, session_.input_format(), samples_);
  if (!taken) {
    conversation_.say_error("invalid_value", taken.error().message, "audio", "");
    return false;
  }
  if (samples_.empty()) return false;
  ear_.add_heard(static_cast<std::int64_t>(samples_.size() * 2));
  sound_ = kSoundHead;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(samples_.data());
  append_base64({bytes, samples_.size() * 2}, sound_);
  sound_ += "\"}}}";
  const bool may_tell = !turn_.is_open && asks_.empty() && traits_.content_any_time;
  if (!turns_.empty() && may_tell) send_turns(false);
  if (is_by_hand_ && !std::exchange(is_in_activity_, true)) {
    tell({{"realtimeInput", {{"activityStart", json::object()}}}});
  }
  look(now);
  return true;
}

void Wire::update_session(const json::object& event, SteadyTime now) {
  const auto* update = find_object(event, "session");
  const auto fault = session_.update(update ? *update : json::object{});
  if (fault) {
    return conversation_.say_error(fault->code, fault->message, fault->param,
                                   text_at(event, "event_id"));
  }
  conversation_.say("session.updated", {{"session", session_.object()}});
  auto wanted = encode_setup(model_, session_, traits_);
  const auto change = compare_setups(setup_, wanted);
  needs_setup_ = change != SetupChange::none;
  setup_wanted_at_ = now;
  if (change != SetupChange::context || !traits_.context_update) return;
  needs_setup_ = false;
  to_model_.push_back(encode_context_update(setup_, wanted));
  sent_context_update_ = true;
  setup_ = std::move(wanted);
}

void Wire::create_item(const json::object& event, SteadyTime now) {
  const auto event_id = text_at(event, "event_id");
  const auto* asked = find_object(event, "item");
  if (!asked) {
    return conversation_.say_error("missing_required_parameter",
                                   "Missing required parameter: 'item'.", "item", event_id);
  }
  json::object item = *asked;
  item["object"] = "realtime.item";
  item["status"] = "completed";
  if (text_at(item, "id").empty()) item["id"] = conversation_.make_id("item_");
  if (conversation_.items().knows(text_at(item, "id"))) {
    return conversation_.say_error("invalid_value", "There is an item with that id.", "item.id",
                                   event_id);
  }
  const auto type = text_at(item, "type");
  if (type == "message") return create_message(std::move(item), event_id);
  if (type != "function_call_output") {
    return conversation_.say_error("invalid_value", "Items of this type cannot be created here.",
                                   "item.type", event_id);
  }
  const std::string call_id(text_at(item, "call_id"));
  if (calls_.knows(call_id)) conversation_.add_item(item);
  ask_until_ = now + kCreatePatience;
  answer_call(call_id, text_at(item, "output"), event_id, realtime::OutputDelivery::when_idle, now);
}

void Wire::create_message(json::object item, std::string_view event_id) {
  const auto role = text_at(item, "role");
  const auto text = realtime::item_text(item);
  if (role != "user" && role != "assistant" && role != "system") {
    return conversation_.say_error("invalid_value", "The role must be user, assistant or system.",
                                   "item.role", event_id);
  }
  if (text.empty()) {
    return conversation_.say_error("unsupported_content",
                                   "This voice model takes messages of text; send sound by "
                                   "input_audio_buffer.append.",
                                   "item.content", event_id);
  }
  if (turns_.size() >= kMaxTurns || turns_bytes_ + text.size() > kMaxTurnsBytes) {
    return conversation_.say_error("server_error", "Too much text waits for an answer.", "item",
                                   event_id);
  }
  if (role == "user") rounds_ = 0;
  // There is no third role: what comes from neither side says so.
  const std::string told = role == "system" ? "(Not said by the user:) " + text : text;
  turns_bytes_ += told.size();
  turns_.push_back({std::string(text_at(item, "id")), std::string(role_of(role)), told});
  conversation_.add_item(item);
}

void Wire::answer_call(std::string_view call_id, std::string_view output, std::string_view event_id,
                       realtime::OutputDelivery delivery, SteadyTime now) {
  const auto answered = calls_.answer(call_id, output, delivery);
  if (answered == Calls::Answered::unknown) {
    conversation_.say_error("invalid_tool_call_id", "There is no call with that id.",
                            "item.call_id", event_id);
  }
  look(now);
}

/// The newest items may still wait to be told; what was told stays with the model.
void Wire::delete_item(const json::object& event) {
  const std::string item_id(text_at(event, "item_id"));
  if (!conversation_.items().knows(item_id)) {
    return conversation_.say_error("item_delete_invalid_item_id", "There is no item with that id.",
                                   "item_id", text_at(event, "event_id"));
  }
  const auto at = std::find_if(turns_.begin(), turns_.end(),
                               [&](const auto& turn) { return turn.item_id == item_id; });
  if (at != turns_.end()) {
    turns_bytes_ -= at->text.size();
    turns_.erase(at);
  }
  conversation_.items().forget(item_id);
  conversation_.say("conversation.item.deleted", {{"item_id", item_id}});
}

void Wire::retrieve_item(const json::object& event) {
  if (const auto* item = conversation_.items().find(text_at(event, "item_id"))) {
    return conversation_.say("conversation.item.retrieved", {{"item", *item}});
  }
  conversation_.say_error("item_retrieve_invalid_item_id", "There is no item with that id.",
                          "item_id", text_at(event, "event_id"));
}

/// The model knows by itself what it was interrupted in; nothing can be taken from it (§11).
void Wire::truncate_item(const json::object& event) {
  const auto item_id = text_at(event, "item_id");
  if (!conversation_.items().knows(item_id)) {
    return conversation_.say_error("item_truncate_invalid_item_id",
                                   "There is no item with that id.", "item_id",
                                   text_at(event, "event_id"));
  }
  json::object told{{"item_id", item_id}};
  for (const auto* key : {"content_index", "audio_end_ms"}) {
    const auto* value = event.if_contains(key);
    told[key] = value && value->is_number() ? *value : json::value(0);
  }
  conversation_.say("conversation.item.truncated", std::move(told));
}

/// Of a client that commits by itself: the model is told that this was all once an answer is asked
/// for, as it would answer at once.
void Wire::commit(const json::object& event, SteadyTime now) {
  if (!ear_.has_news() && !ear_.is_open()) {
    return conversation_.say_error("input_audio_buffer_commit_empty",
                                   "Error committing input audio buffer: the buffer is empty.", "",
                                   text_at(event, "event_id"));
  }
  if (!is_by_hand_) {
    tell({{"realtimeInput", {{"audioStreamEnd", true}}}});
  } else {
    is_committed_ = is_in_activity_;
  }
  ear_.commit();
  rounds_ = 0;
  words_until_ = now + kAskPatience;  // it answers by itself
}

}  // namespace callosum::provider::gemini
