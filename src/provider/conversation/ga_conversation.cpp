#include "provider/conversation/ga_conversation.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <numeric>
#include <utility>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "provider/conversation/ga_item.hpp"

namespace callosum::provider::conversation {
namespace {

// The oldest are forgotten, as a context window does.
constexpr std::size_t kMaxItems = 400;
constexpr std::size_t kMaxBytes = 2 << 20;  // of the items, and again of the turns

}  // namespace

GaConversation::GaConversation(std::string model, std::int64_t now_s, Random& random,
                               VoiceList voices)
    : random_(random),
      conversation_id_(make_id("conv_")),
      session_(model, make_id("sess_"), now_s + 3600, voices) {}

std::string GaConversation::make_id(std::string_view prefix) {
  return callosum::make_id(prefix, random_);
}

std::string GaConversation::next_event_id() { return "event_off" + std::to_string(next_event_++); }

void GaConversation::emit(std::string_view type, json::object fields) {
  json::object event{{"type", type}, {"event_id", next_event_id()}};
  for (auto& [key, value] : fields) event[key] = std::move(value);
  out_.push_back(json::serialize(event));
}

const json::array& GaConversation::tools_of(const json::object& asked) const {
  static const json::array none;
  const auto* tools = find_array(asked, "tools");
  if (!tools) tools = find_array(session_.object(), "tools");
  return tools ? *tools : none;
}

std::string GaConversation::instructions_of(const json::object& asked) const {
  const auto own = text_at(asked, "instructions");
  return std::string(own.empty() ? text_at(session_.object(), "instructions") : own);
}

bool GaConversation::is_audio_out() const {
  const auto* modalities = find_array(asked_, "output_modalities");
  if (!modalities) modalities = find_array(session_.object(), "output_modalities");
  return !modalities || modalities->empty() || modalities->front() == "audio";
}

void GaConversation::open(json::object session) {
  const bool is_known = session_.has_known_voice(session);
  // A browser's wish must not cost the session its tools and instructions.
  if (!is_known) session["audio"].as_object()["output"].as_object().erase("voice");
  update_session(session, "evt_callosum_open");
  if (!is_known) refuse(session_.unknown_voice(), {});
}

void GaConversation::say_created() { emit("session.created", {{"session", session_.object()}}); }

void GaConversation::update_session(const json::object& update, std::string_view event_id) {
  if (const auto refusal = session_.update(update)) return refuse(*refusal, event_id);
  emit("session.updated", {{"session", session_.object()}});
}

void GaConversation::refuse(const GaSession::Refusal& refusal, std::string_view event_id) {
  error(refusal.code, refusal.message, refusal.param, event_id);
}

void GaConversation::error(std::string_view code, std::string_view message, std::string_view param,
                           std::string_view event_id) {
  const auto or_null = [](std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  const json::object details{{"type", "invalid_request_error"},
                             {"code", code},
                             {"message", message},
                             {"param", or_null(param)},
                             {"event_id", or_null(event_id)}};
  emit("error", {{"error", details}});
}

void GaConversation::cleared() { emit("input_audio_buffer.cleared", {}); }

std::string GaConversation::speech_started(std::int64_t at_ms) {
  auto id = name_item();
  speech_started(at_ms, id);
  return id;
}

void GaConversation::speech_started(std::int64_t at_ms, std::string_view item_id) {
  emit("input_audio_buffer.speech_started", {{"audio_start_ms", at_ms}, {"item_id", item_id}});
}

void GaConversation::speech_stopped(std::int64_t at_ms, std::string_view item_id) {
  emit("input_audio_buffer.speech_stopped", {{"audio_end_ms", at_ms}, {"item_id", item_id}});
}

std::string GaConversation::committed() {
  auto id = make_id("item_");
  committed(id);
  return id;
}

void GaConversation::committed(std::string_view item_id) {
  emit("input_audio_buffer.committed", {{"previous_item_id", last_item()}, {"item_id", item_id}});
  json::array content;
  content.push_back(json::object{{"type", "input_audio"}, {"transcript", nullptr}});
  add_item({{"id", item_id},
            {"type", "message"},
            {"status", "completed"},
            {"role", "user"},
            {"content", std::move(content)}},
           items_.size());
}

void GaConversation::heard(std::string_view item_id, std::string_view text, bool understood,
                           const realtime::Confidence& confidence) {
  const auto item = std::find_if(items_.rbegin(), items_.rend(),
                                 [&](const auto& one) { return text_at(one, "id") == item_id; });
  if (item == items_.rend()) return;  // deleted before it was understood
  Turn turn;
  turn.text = text;
  turn.was_understood = understood;
  turn.item_id = item_id;
  keep(std::move(turn));
  if (!session_.wants_transcription()) return;
  add_transcript(*item, text);  // who retrieves the item finds the words in it
  const json::object usage{{"type", "duration"}, {"seconds", 0}};
  json::object words{
      {"item_id", item_id}, {"content_index", 0}, {"transcript", text}, {"usage", usage}};
  realtime::put_confidence(words, confidence);
  emit("conversation.item.input_audio_transcription.completed", std::move(words));
}

json::value GaConversation::last_item() const {
  return items_.empty() ? json::value(nullptr) : json::value(text_at(items_.back(), "id"));
}

void GaConversation::add_item(json::object item, std::size_t place) {
  const json::value previous =
      place == 0 ? json::value(nullptr) : json::value(text_at(items_[place - 1], "id"));
  emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  emit("conversation.item.done", {{"previous_item_id", previous}, {"item", item}});
  const auto at = static_cast<std::ptrdiff_t>(place);
  item_bytes_.insert(item_bytes_.begin() + at, json::serialize(item).size());
  items_.insert(items_.begin() + at, std::move(item));
  forget_oldest();
}

void GaConversation::keep(json::object item) {
  item_bytes_.push_back(json::serialize(item).size());
  items_.push_back(std::move(item));
  forget_oldest();
}

void GaConversation::forget_oldest() {
  auto bytes = std::accumulate(item_bytes_.begin(), item_bytes_.end(), std::size_t{0});
  while (items_.size() > kMaxItems || (items_.size() > 1 && bytes > kMaxBytes)) {
    bytes -= item_bytes_.front();
    item_bytes_.erase(item_bytes_.begin());
    items_.erase(items_.begin());
  }
  bytes = 0;
  for (const auto& turn : turns_) bytes += turn.text.size();
  while (turns_.size() > kMaxItems || (turns_.size() > 1 && bytes > kMaxBytes)) {
    bytes -= turns_.front().text.size();
    turns_.erase(turns_.begin());
  }
}

void GaConversation::keep(Turn turn) {
  turns_.push_back(std::move(turn));
  forget_oldest();
}

void GaConversation::keep(Turn turn, std::size_t place) {
  // Before that of the next item that has one: what is still being understood has none.
  auto before = turns_.end();
  for (; place < items_.size() && before == turns_.end(); ++place) {
    before = std::find_if(turns_.begin(), turns_.end(), [&](const Turn& one) {
      return one.item_id == text_at(items_[place], "id");
    });
  }
  turns_.insert(before, std::move(turn));
  forget_oldest();
}

void GaConversation::keep_message(json::object item, Turn turn) {
  const auto beside = std::exchange(first_call_beside_, {});
  const auto is_it = [&](const json::object& one) { return text_at(one, "id") == beside; };
  const auto at = std::find_if(items_.begin(), items_.end(), is_it);
  item_bytes_.insert(item_bytes_.begin() + (at - items_.begin()), json::serialize(item).size());
  items_.insert(at, std::move(item));
  const auto before = std::find_if(turns_.begin(), turns_.end(),
                                   [&](const Turn& one) { return one.item_id == beside; });
  turns_.insert(before, std::move(turn));
  forget_oldest();
}

std::optional<std::size_t> GaConversation::find_place(const json::object& event) const {
  const auto* previous = event.if_contains("previous_item_id");
  if (!previous || previous->is_null()) return items_.size();
  if (!previous->is_string()) return std::nullopt;
  const std::string_view id = previous->get_string();
  if (id == "root") return 0;
  const auto* item = find_item(id);
  if (!item) return std::nullopt;
  return static_cast<std::size_t>(item - items_.data()) + 1;
}

const json::object* GaConversation::find_item(std::string_view id) const {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const auto& item) { return text_at(item, "id") == id; });
  return at == items_.end() ? nullptr : &*at;
}

void GaConversation::create_item(const json::object& event) {
  const auto event_id = text_at(event, "event_id");
  const auto* asked = find_object(event, "item");
  if (!asked) {
    return error("missing_required_parameter", "Missing required parameter: 'item'.", "item",
                 event_id);
  }
  json::object item = *asked;
  if (text_at(item, "id").empty()) item["id"] = make_id("item_");
  if (find_item(text_at(item, "id"))) {
    return error("invalid_value", "There is an item with that id.", "item.id", event_id);
  }
  auto turn = turn_of(item);
  if (!turn) {
    return error("invalid_value", turn.error().message, "item." + turn.error().detail, event_id);
  }
  const auto place = find_place(event);
  if (!place) {
    return error("invalid_value", "There is no such item; expected an item's id or 'root'.",
                 "previous_item_id", event_id);
  }
  if (text_at(item, "type") == "message") item["status"] = "completed";
  turn->item_id = text_at(item, "id");
  keep(std::move(*turn), *place);
  add_item(std::move(item), *place);
}

void GaConversation::delete_item(std::string_view item_id, std::string_view event_id) {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const auto& item) { return text_at(item, "id") == item_id; });
  if (at == items_.end()) {
    return error("item_delete_invalid_item_id", "There is no such item.", "item_id", event_id);
  }
  item_bytes_.erase(item_bytes_.begin() + (at - items_.begin()));
  items_.erase(at);
  // What is no longer there is not answered either.
  std::erase_if(turns_, [&](const Turn& turn) { return turn.item_id == item_id; });
  emit("conversation.item.deleted", {{"item_id", item_id}});
}

void GaConversation::retrieve_item(std::string_view item_id, std::string_view event_id) {
  if (const auto* item = find_item(item_id)) {
    return emit("conversation.item.retrieved", {{"item", *item}});
  }
  error("item_retrieve_invalid_item_id", "There is no such item.", "item_id", event_id);
}

void GaConversation::cut_turn(std::string_view item_id, std::string_view heard) {
  const auto at = std::find_if(turns_.begin(), turns_.end(), [&](const Turn& turn) {
    return turn.item_id == item_id && turn.kind == Turn::Kind::assistant;
  });
  if (at == turns_.end()) return;
  if (heard.empty()) {
    turns_.erase(at);
  } else {
    at->text = heard;
  }
}

void GaConversation::truncate_item(const json::object& event) {
  const auto item_id = text_at(event, "item_id");
  const auto* item = find_item(item_id);
  if (item && text_at(*item, "role") == "assistant") {
    const auto* end = event.if_contains("audio_end_ms");
    return emit("conversation.item.truncated", {{"item_id", item_id},
                                                {"content_index", 0},
                                                {"audio_end_ms", end ? *end : json::value(0)}});
  }
  error("item_truncate_invalid_item_id", "There is no such assistant audio.", "item_id",
        text_at(event, "event_id"));
}

}  // namespace callosum::provider::conversation
