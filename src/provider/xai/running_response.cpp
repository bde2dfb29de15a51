#include "provider/xai/running_response.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "realtime/server_event.hpp"

namespace callosum::provider::xai {

void RunningResponse::begin(std::string id, Ask of, json::object settings) {
  end();
  id_ = std::move(id);
  of_ = std::move(of);
  settings_ = std::move(settings);
  const auto* modalities = find_array(settings_, "output_modalities");
  const bool says_text = modalities && !modalities->empty() && modalities->front() == "text";
  is_text_only_ = says_text || of_.is_text_only;
  settings_["output_modalities"] = json::array{is_text_only_ ? "text" : "audio"};
}

void RunningResponse::end() {
  id_.clear();
  of_ = {};
  settings_.clear();
  items_.clear();
  is_text_only_ = is_cancelled_ = is_spoken_over_ = false;
}

OutputItem* RunningResponse::find(std::string_view item_id) {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const OutputItem& each) { return each.id == item_id; });
  return at == items_.end() ? nullptr : &*at;
}

OutputItem* RunningResponse::add(const json::object& item) {
  if (items_.size() >= kMaxItems) return nullptr;
  OutputItem added;
  added.id = text_at(item, "id");
  added.index = static_cast<std::int64_t>(items_.size());
  if (text_at(item, "type") == "function_call") {
    added.call_id = text_at(item, "call_id");
    added.arguments = text_at(item, "arguments");
  }
  added.item = item;
  items_.push_back(std::move(added));
  return &items_.back();
}

bool RunningResponse::claim(OutputItem& item, WordsAs as) {
  if (item.words_as == WordsAs::none) item.words_as = as;
  return item.words_as == as;
}

void RunningResponse::add_words(OutputItem& item, std::string_view words, WordsAs as) {
  if (!claim(item, as) || item.words.size() + words.size() > kMaxWords) return;
  item.words += words;
}

bool RunningResponse::is_written(const OutputItem& item) const {
  const bool came_as_text = item.words_as == WordsAs::text || item.words_as == WordsAs::old_text;
  return is_text_only_ || came_as_text;
}

void RunningResponse::finish(OutputItem& item, json::object seen, std::string_view status) {
  item.is_ended = true;
  for (const auto& [key, value] : seen) {
    // What it was announced as it stays: a call is known by these.
    const bool is_name = key == "id" || key == "type" || key == "call_id";
    if (!is_name || text_at(item.item, key).empty()) item.item[key] = value;
  }
  const auto told = text_at(seen, "status");
  item.item["status"] = told == "completed" || told == "incomplete" ? told : status;
  if (text_at(item.item, "type") == "message") {
    const auto words = item.words.empty() ? realtime::item_text(item.item) : item.words;
    auto content = words.empty() ? json::array() : spoken_content(words, is_written(item));
    item.item["content"] = std::move(content);
  } else if (!item.call_id.empty() && text_at(item.item, "arguments").empty()) {
    item.item["arguments"] = item.arguments;
  }
}

json::object RunningResponse::shape(std::string_view conversation_id,
                                    std::string_view status) const {
  json::object out{
      {"object", "realtime.response"},
      {"id", id_},
      {"status", status},
      {"status_details", nullptr},
      {"output", json::array{}},
      {"conversation_id", is_outside() ? json::value(nullptr) : json::value(conversation_id)}};
  for (const auto& [key, value] : settings_) out[key] = value;
  out["usage"] = nullptr;
  out["metadata"] = of_.metadata;
  return out;
}

json::object RunningResponse::created(std::string_view conversation_id) const {
  return shape(conversation_id, "in_progress");
}

json::object RunningResponse::done(std::string_view conversation_id, std::string_view status,
                                   json::value details) const {
  auto out = shape(conversation_id, status);
  json::array output;
  for (const auto& each : items_) output.push_back(each.item);
  out["output"] = std::move(output);
  out["status_details"] = std::move(details);
  return out;
}

}  // namespace callosum::provider::xai
