// The conversation's items: announced once, done once, known by the store.
#include <algorithm>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {
namespace {

constexpr std::size_t kMaxDeleted = 64;

bool is_set(const json::object& object, std::string_view key) {
  const auto* flag = object.if_contains(key);
  return flag && flag->is_bool() && flag->get_bool();
}

bool is_call_or_output(std::string_view type) {
  return type == "function_call" || type == "function_call_output";
}

}  // namespace

/// xAI names what was never announced, "0", or nothing (§9), and a client puts what follows nothing
/// at the beginning: what is added comes last. True: the event had to be mended.
bool Normaliser::mend_previous(json::object& event, std::string_view id) const {
  auto& previous = event["previous_item_id"];
  const auto* named = previous.if_string();
  if (named && items_.knows(*named)) return false;
  const auto before = items_.before(id);
  if (before.empty() && previous.is_null()) return false;
  previous = before.empty() ? json::value(nullptr) : json::value(before);
  return true;
}

void Normaliser::say_item(std::string_view type, const json::object& item, json::value previous,
                          Frames& out) {
  say({{"type", type}, {"previous_item_id", std::move(previous)}, {"item", item}}, out);
}

bool Normaliser::on_item_added(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found) return false;
  json::object item = *found;
  const std::string id(text_at(item, "id"));
  const std::string type(text_at(item, "type"));
  // A line of our own is spoken outside the conversation, and has no place in it.
  const bool is_said_outside = running_.is_outside() || turns_.expects_utterance();
  const bool is_outside =
      type == "force_message" || (is_said_outside && text_at(item, "role") == "assistant");
  // What an earlier connection said and did is known: it is not told again, and no call runs again.
  const auto call_id = text_at(item, "call_id");
  const bool is_past_call = session_.is_opening() && is_call_or_output(type);
  const bool is_past = is_past_call || is_set(item, "replayed");
  const bool is_twice = type == "function_call" && !running_.find(id) && knows_call(call_id);
  if (is_past && is_call_or_output(type)) note_call(call_id);
  if (id.empty() || items_.knows(id) || is_outside || is_past || is_twice) return false;
  mend_item(item);
  mend_previous(event.body, id);
  items_.keep(item);
  say_item("conversation.item.added", item, event.body.at("previous_item_id"), event.out);
  if (text_at(item, "status") == "in_progress") return false;  // its end follows
  if (items_.mark_done(id)) say_item("conversation.item.done", item, nullptr, event.out);
  return false;
}

/// xAI has none today.
bool Normaliser::on_item_done(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found || !items_.mark_done(text_at(*found, "id"))) return false;
  json::object item = *found;
  mend_item(item);
  items_.keep(item);
  say_item("conversation.item.done", item, nullptr, event.out);
  return false;
}

/// As if this connection had added it, so that what follows has its place behind it.
void Normaliser::keep_item(const realtime::KeptItem& kept, std::string_view known_as) {
  names_.add(kept.item_id, known_as);
  const bool is_said = kept.role == "assistant";
  json::object part{{"type", is_said ? "output_text" : "input_text"}, {"text", kept.text}};
  json::array content;
  content.push_back(std::move(part));
  json::object item{{"id", known_as},        {"object", "realtime.item"}, {"type", "message"},
                    {"status", "completed"}, {"role", kept.role},         {"content", content}};
  items_.keep(item);
  items_.mark_done(known_as);
}

void Normaliser::on_delete_sent(std::string_view item_id) {
  if (deleted_.size() >= kMaxDeleted) deleted_.pop_front();
  deleted_.emplace_back(item_id);
}

bool Normaliser::on_item_deleted(Event& event) {
  std::string id(names_.known_as(text_at(event.body, "item_id")));
  const auto at = id.empty() ? deleted_.begin() : std::find(deleted_.begin(), deleted_.end(), id);
  if (at != deleted_.end()) {
    id = *at;
    deleted_.erase(at);
  }
  items_.forget(id);
  event.body["item_id"] = id;
  event.body.erase("previous_item_id");
  say(std::move(event.body), event.out);
  return false;
}

}  // namespace callosum::provider::xai
