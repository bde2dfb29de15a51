// What an item is made of: words, arguments, sound. Under its number, with what xAI leaves out.
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {
namespace {

WordsAs words_as(std::string_view type) {
  if (type.find("transcript") != std::string_view::npos) return WordsAs::transcript;
  return type.starts_with("response.text.") ? WordsAs::old_text : WordsAs::text;
}

}  // namespace

/// Null: of no item that was announced, and not to be told.
OutputItem* Normaliser::find_item(Event& event) {
  if (!is_of_running(event)) return nullptr;
  const auto id = text_at(event.body, "item_id");
  auto* item = id.empty() ? running_.newest() : running_.find(id);
  return item && !item->is_ended ? item : nullptr;
}

/// The ids that GA has in every event of an item. True: one was not as it should be.
bool Normaliser::place(Event& event, const OutputItem& item) {
  bool is_mended = false;
  const auto set = [&](std::string_view key, const json::value& value) {
    auto& slot = event.body[key];
    if (slot == value) return;
    slot = value;
    is_mended = true;
  };
  set("response_id", json::value(running_.id()));
  set("item_id", json::value(item.id));
  set("output_index", json::value(item.index));
  if (item.call_id.empty()) {
    if (!event.body.contains("content_index")) set("content_index", 0);
  } else {
    set("call_id", json::value(item.call_id));
  }
  const auto* previous = event.body.if_contains("previous_item_id");
  if (previous && !previous->is_null()) {
    event.body.erase("previous_item_id");
    is_mended = true;
  }
  return is_mended;
}

/// What is said or written, in pieces and at its end.
bool Normaliser::on_words(Event& event) {
  auto* item = find_item(event);
  if (!item) return false;
  const auto as = words_as(event.type);
  if (!RunningResponse::claim(*item, as)) return false;
  const bool is_end = event.type.ends_with(".done");
  const auto* key = as == WordsAs::transcript ? "transcript" : "text";
  if (!is_end) {
    running_.add_words(*item, text_at(event.body, "delta"), as);
  } else if (const auto whole = text_at(event.body, key); !whole.empty()) {
    item->words.clear();
    running_.add_words(*item, whole, as);
  }
  bool is_mended = place(event, *item);
  const bool is_written = running_.is_written(*item);
  const std::string_view wanted =
      is_written ? "response.output_text" : "response.output_audio_transcript";
  if (!event.type.starts_with(wanted)) {
    event.body["type"] = std::string(wanted) + (is_end ? ".done" : ".delta");
    is_mended = true;
  }
  const auto* wanted_key = is_written ? "text" : "transcript";
  if (is_end && !find_string(event.body, wanted_key)) {
    event.body.erase(key);
    event.body[wanted_key] = item->words;
    is_mended = true;
  }
  if (is_mended) say(std::move(event.body), event.out);
  return !is_mended;
}

bool Normaliser::on_part(Event& event) {
  auto* item = find_item(event);
  if (!item) return false;
  const bool is_end = event.type.ends_with(".done");
  bool is_mended = place(event, *item);
  const bool has_part = find_object(event.body, "part");
  if (is_end || !has_part || running_.is_text_only()) {
    event.body["part"] =
        spoken_part(is_end ? item->words : std::string(), running_.is_written(*item));
    is_mended = true;
  }
  if (is_mended) say(std::move(event.body), event.out);
  return !is_mended;
}

bool Normaliser::on_arguments(Event& event) {
  const bool is_end = event.type.ends_with(".done");
  auto* item = find_item(event);
  if (!item && is_end) return on_late_arguments(event);
  if (!item || item->call_id.empty()) return false;
  if (is_end) {
    item->has_arguments = true;
    item->arguments = text_at(event.body, "arguments");
  } else if (item->arguments.size() < RunningResponse::kMaxWords) {
    item->arguments += text_at(event.body, "delta");
  }
  bool is_mended = place(event, *item);
  if (is_end && !find_string(event.body, "name")) {
    event.body["name"] = text_at(item->item, "name");
    is_mended = true;
  }
  if (is_mended) say(std::move(event.body), event.out);
  return !is_mended;
}

bool Normaliser::on_audio_done(Event& event) {
  auto* item = find_item(event);
  if (!item || running_.is_text_only()) return false;
  const bool is_mended = place(event, *item);
  if (is_mended) say(std::move(event.body), event.out);
  return !is_mended;
}

}  // namespace callosum::provider::xai
