#include "provider/gemini/conversation.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::provider::gemini {

Conversation::Conversation(Random& random) : random_(random), id_(make_id("conv_")) {
  event_prefix_ = make_id("event_").substr(0, 14) + "_";
}

std::string Conversation::make_id(std::string_view prefix) {
  return callosum::make_id(prefix, random_);
}

std::string Conversation::next_event_id() { return event_prefix_ + std::to_string(next_event_++); }

void Conversation::say(std::string_view type, json::object fields) {
  json::object event{{"type", type}, {"event_id", next_event_id()}};
  for (auto& [key, value] : fields) event[key] = std::move(value);
  out_.push_back(json::serialize(event));
}

void Conversation::say_error(std::string_view code, std::string_view message,
                             std::string_view param, std::string_view event_id) {
  const auto or_null = [](std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  const bool is_ours = code == "server_error" || code == "connection_lost";
  json::object error{{"type", is_ours ? "server_error" : "invalid_request_error"},
                     {"code", code},
                     {"message", message},
                     {"param", or_null(param)},
                     {"event_id", or_null(event_id)}};
  say("error", {{"error", std::move(error)}});
}

json::value Conversation::last_item() const {
  const auto id = items_.before("");  // of one that is not there: the newest
  return id.empty() ? json::value(nullptr) : json::value(id);
}

void Conversation::add_item(const json::object& item, bool is_done) {
  const auto previous = last_item();
  items_.keep(item);
  say("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  if (!is_done) return;
  items_.mark_done(text_at(item, "id"));
  say("conversation.item.done", {{"previous_item_id", previous}, {"item", item}});
}

void Conversation::end_item(const json::object& item) {
  items_.keep(item);
  if (!items_.mark_done(text_at(item, "id"))) return;
  const auto id = items_.before(text_at(item, "id"));
  const json::value previous = id.empty() ? json::value(nullptr) : json::value(id);
  say("conversation.item.done", {{"previous_item_id", previous}, {"item", item}});
}

}  // namespace callosum::provider::gemini
