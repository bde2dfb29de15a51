#include "sim/realtime/conversation.hpp"

#include <algorithm>
#include <iterator>

#include "base/json.hpp"

namespace callosum::sim {

Item* Conversation::insert(Item item, std::string_view after) {
  auto at = items_.end();
  if (after == "root") {
    at = items_.begin();
  } else if (!after.empty()) {
    at = std::find_if(items_.begin(), items_.end(), [&](const Item& i) { return i.id == after; });
    if (at == items_.end()) return nullptr;
    ++at;
  }
  text_bytes_ += text_of(item.body).size() + 16;
  return &*items_.insert(at, std::move(item));
}

Item* Conversation::find(std::string_view id) {
  // From the end: what is asked for is nearly always new.
  for (auto at = items_.rbegin(); at != items_.rend(); ++at) {
    if (at->id == id) return &*at;
  }
  return nullptr;
}

bool Conversation::erase(std::string_view id) {
  return std::erase_if(items_, [&](const Item& item) { return item.id == id; }) > 0;
}

std::string Conversation::previous_of(std::string_view id) const {
  for (auto at = items_.rbegin(); at != items_.rend(); ++at) {
    if (at->id != id) continue;
    const auto before = std::next(at);
    return before == items_.rend() ? std::string() : before->id;
  }
  return {};
}

Problem Conversation::truncate(const json::object& event) {
  const auto id = text_at(event, "item_id");
  const auto refuse = [&](std::string message) {
    return WireError{"item_truncate_invalid_item_id", std::move(message), "item_id"};
  };
  auto* item = find(id);
  if (!item) {
    return refuse("Error truncating item: the item with id '" + std::string(id) +
                  "' does not exist.");
  }
  if (item->spoken.count() == 0)
    return refuse("Only model output audio messages can be truncated.");
  const std::chrono::milliseconds end(event.at("audio_end_ms").to_number<std::int64_t>());
  if (end > item->spoken) {
    return refuse("Audio content of " + std::to_string(item->spoken.count()) +
                  "ms is already shorter than " + std::to_string(end.count()) + "ms");
  }
  if (auto* content = item->body.if_contains("content")) {
    for (auto& part : content->as_array()) {
      auto* transcript = part.as_object().if_contains("transcript");
      if (!transcript || !transcript->is_string()) continue;
      auto& text = transcript->get_string();
      std::size_t keep = text.size() * static_cast<std::size_t>(end.count()) /
                         static_cast<std::size_t>(item->spoken.count());
      while (keep > 0 && keep < text.size() && (text[keep] & 0xc0) == 0x80) --keep;
      text.resize(std::min(keep, text.size()));
    }
  }
  item->spoken = end;
  return {};
}

std::string text_of(const json::object& item) {
  std::string out;
  const auto* content = find_array(item, "content");
  if (!content) return out;
  for (const auto& part : *content) {
    const auto* object = part.if_object();
    if (!object) continue;
    const auto text = text_at(*object, "text", text_at(*object, "transcript"));
    if (text.empty()) continue;
    if (!out.empty()) out += ' ';
    out += text;
  }
  return out;
}

json::object without_sound(const json::object& item) {
  auto out = item;
  auto* content = out.if_contains("content");
  if (!content || !content->is_array()) return out;
  for (auto& part : content->get_array()) {
    auto* object = part.if_object();
    if (!object || text_at(*object, "type") != "input_audio") continue;
    object->erase("audio");
    if (!object->contains("transcript")) (*object)["transcript"] = nullptr;
  }
  return out;
}

}  // namespace callosum::sim
