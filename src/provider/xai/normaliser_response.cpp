// A response: its items numbered, its parts filled in, and always an end.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {
namespace {

constexpr std::size_t kMaxPast = 16;
constexpr std::size_t kMaxCalls = 256;

void remember(Deque<std::string>& list, std::string_view id, std::size_t most) {
  if (list.size() >= most) list.pop_front();
  list.emplace_back(id);
}

bool has(const Deque<std::string>& list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

WordsAs words_as(std::string_view type) {
  if (type.find("transcript") != std::string_view::npos) return WordsAs::transcript;
  return type.starts_with("response.text.") ? WordsAs::old_text : WordsAs::text;
}

}  // namespace

void Normaliser::note_call(std::string_view call_id) { remember(calls_, call_id, kMaxCalls); }

bool Normaliser::knows_call(std::string_view call_id) const { return has(calls_, call_id); }

bool Normaliser::is_past(std::string_view response_id) const { return has(past_, response_id); }

bool Normaliser::is_of_running(Event& event) {
  const auto id = text_at(event.body, "response_id");
  // Its beginning was lost on the way.
  if (!running_.is_running() && !id.empty() && !is_past(id)) begin_response(id, {}, event.out);
  return running_.is_running() && (id.empty() || id == running_.id());
}

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

bool Normaliser::on_created(Event& event) {
  const auto* response = find_object(event.body, "response");
  const std::string id(response ? text_at(*response, "id") : std::string_view());
  if (id.empty() || id == running_.id() || is_past(id)) return false;
  if (running_.is_running()) end_unfinished(event.out);  // left behind by an interruption
  const auto* echoed = find_object(*response, "metadata");
  begin_response(id, echoed ? *echoed : json::object{}, event.out);
  return false;
}

void Normaliser::begin_response(std::string_view id, const json::object& metadata, Frames& out) {
  was_cut_short_ = false;
  auto of = turns_.on_created();
  if (!metadata.empty()) of.metadata = metadata;
  running_.begin(std::string(id), std::move(of), session_.response_settings());
  say({{"type", "response.created"}, {"response", running_.created(conversation_id_)}}, out);
  for (const auto& outrun : turns_.take_outrun()) {
    say_error(
        {{"type", "invalid_request_error"},
         {"code", "conversation_already_has_active_response"},
         {"message", "Conversation already has an active response in progress: " + running_.id() +
                         ". Wait until the response is finished before creating a new one."},
         {"param", nullptr},
         {"event_id", outrun}},
        out);
  }
}

/// One call under two items, or an item twice: the first counts.
bool Normaliser::is_again(const json::object& item) {
  if (running_.find(text_at(item, "id"))) return true;
  return text_at(item, "type") == "function_call" && knows_call(text_at(item, "call_id"));
}

void Normaliser::add_output(Event& event, const json::object& item) {
  auto* added = running_.add(item);
  if (!added) return;
  if (!added->call_id.empty()) note_call(added->call_id);
  say({{"type", "response.output_item.added"},
       {"response_id", running_.id()},
       {"output_index", added->index},
       {"item", item}},
      event.out);
}

bool Normaliser::on_output_item_added(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found || !is_of_running(event) || is_again(*found)) return false;
  json::object item = *found;
  mend_item(item);
  add_output(event, item);
  return false;
}

bool Normaliser::on_output_item_done(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found || !is_of_running(event)) return false;
  json::object seen = *found;
  mend_item(seen);
  const std::string id(text_at(seen, "id"));
  if (!running_.find(id)) {
    if (is_again(seen)) return false;
    add_output(event, seen);  // its beginning was lost
  }
  auto* item = running_.find(id);
  if (item && !item->is_ended) end_item(*item, std::move(seen), "completed", event.out);
  return false;
}

void Normaliser::end_item(OutputItem& item, json::object seen, std::string_view status,
                          Frames& out) {
  running_.finish(item, std::move(seen), status);
  if (!running_.is_outside()) {
    const bool is_new = !items_.knows(item.id);
    const auto before = std::string(items_.before(item.id));
    items_.keep(item.item);
    if (is_new) {
      say_item("conversation.item.added", item.item,
               before.empty() ? json::value(nullptr) : json::value(before), out);
    }
    if (items_.mark_done(item.id)) say_item("conversation.item.done", item.item, nullptr, out);
  }
  say({{"type", "response.output_item.done"},
       {"response_id", running_.id()},
       {"output_index", item.index},
       {"item", item.item}},
      out);
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
  auto* item = find_item(event);
  if (!item || item->call_id.empty()) return false;
  const bool is_end = event.type.ends_with(".done");
  if (is_end) {
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

bool Normaliser::on_done(Event& event) {
  const json::object none;
  const auto* found = find_object(event.body, "response");
  const auto& response = found ? *found : none;
  auto id = text_at(response, "id");
  if (id.empty()) id = text_at(event.body, "response_id");
  if (!running_.is_running() && !id.empty() && !is_past(id)) begin_response(id, {}, event.out);
  if (!running_.is_running() || (!id.empty() && id != running_.id())) return false;
  const bool is_cut = event.type == "response.cancelled";
  const std::string status(is_cut ? "cancelled" : mend_status(text_at(response, "status")));
  // Calls whose own end was lost on the way.
  if (const auto* output = find_array(response, "output"); output && status == "completed") {
    for (const auto& entry : *output) {
      const auto* object = entry.if_object();
      if (!object || text_at(*object, "type") != "function_call") continue;
      json::object item = *object;
      mend_item(item);
      if (!is_again(item)) add_output(event, item);
      auto* added = running_.find(text_at(item, "id"));
      if (added && !added->is_ended) end_item(*added, std::move(item), "completed", event.out);
    }
  }
  const auto* told = find_object(response, "status_details");
  json::value details = nullptr;
  if (told) details = *told;
  end_response(status, std::move(details), mend_usage(event.body, response), event.out);
  return false;
}

void Normaliser::end_unfinished(Frames& out) {
  if (!running_.is_running()) return;
  was_cut_short_ = true;
  end_response("cancelled", nullptr, nullptr, out);
}

void Normaliser::end_response(std::string_view status, json::value details, json::value usage,
                              Frames& out) {
  const bool is_complete = status == "completed";
  for (auto& item : running_.items()) {
    const bool is_whole = is_complete && item.call_id.empty();
    if (!item.is_ended) end_item(item, {}, is_whole ? "completed" : "incomplete", out);
  }
  if (status == "cancelled" && !details.is_object()) {
    const auto* reason = running_.is_cancelled() ? "client_cancelled" : "turn_detected";
    details = json::object{{"type", "cancelled"}, {"reason", reason}};
  }
  auto response = running_.done(conversation_id_, status, std::move(details));
  response["usage"] = std::move(usage);
  remember(past_, running_.id(), kMaxPast);
  running_.end();
  turns_.on_done();
  say({{"type", "response.done"}, {"response", std::move(response)}}, out);
}

}  // namespace callosum::provider::xai
