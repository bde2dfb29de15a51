#include "provider/gemini/reply.hpp"

#include <utility>

#include "base/json.hpp"

namespace callosum::provider::gemini {

void Reply::begin(ReplyStart start) {
  id_ = conversation_.make_id("resp_");
  start_ = std::move(start);
  output_.clear();
  message_.reset();
  auto created = response("in_progress");
  created["status_details"] = nullptr;
  created["usage"] = nullptr;
  conversation_.say("response.created", {{"response", std::move(created)}});
}

json::object Reply::response(std::string_view status) const {
  json::object out{{"object", "realtime.response"},
                   {"id", id_},
                   {"status", status},
                   {"output", output_},
                   {"metadata", start_.metadata}};
  out["conversation_id"] =
      start_.is_outside ? json::value(nullptr) : json::value(conversation_.id());
  for (const auto& [key, value] : start_.settings) out[key] = value;
  out["output_modalities"] = json::array{start_.is_text_only ? "text" : "audio"};
  return out;
}

void Reply::say_item(std::string_view type, std::int64_t index, const json::object& item) {
  conversation_.say(type, {{"response_id", id_}, {"output_index", index}, {"item", item}});
}

json::object Reply::place(const Message& message) const {
  return {{"response_id", id_},
          {"item_id", message.id},
          {"output_index", message.index},
          {"content_index", 0}};
}

json::object Reply::part(std::string_view words) const {
  if (start_.is_text_only) return {{"type", "text"}, {"text", words}};
  return {{"type", "audio"}, {"transcript", words}};
}

json::object Reply::message_item(const Message& message, std::string_view status) const {
  json::array content;
  if (status != "in_progress" && start_.is_text_only) {
    content.push_back(json::object{{"type", "output_text"}, {"text", message.words.all()}});
  } else if (status != "in_progress") {
    content.push_back(json::object{{"type", "output_audio"}, {"transcript", message.words.all()}});
  }
  return {{"id", message.id}, {"object", "realtime.item"}, {"type", "message"},
          {"status", status}, {"role", "assistant"},       {"content", std::move(content)}};
}

Reply::Message& Reply::message() {
  if (message_) return *message_;
  message_ = Message{};
  message_->id = conversation_.make_id("item_");
  message_->index = static_cast<std::int64_t>(output_.size());
  const auto item = message_item(*message_, "in_progress");
  say_item("response.output_item.added", message_->index, item);
  if (!start_.is_outside) conversation_.add_item(item, false);
  auto added = place(*message_);
  added["part"] = part("");
  conversation_.say("response.content_part.added", std::move(added));
  return *message_;
}

void Reply::add_audio(std::string_view base64) {
  const auto& at = message();
  // Not by a tree of values: this is most of what passes here.
  std::string event = R"({"type":"response.output_audio.delta","event_id":")" +
                      conversation_.next_event_id() + R"(","response_id":")" + id_ +
                      R"(","item_id":")" + at.id + R"(","output_index":)" +
                      std::to_string(at.index) + R"(,"content_index":0,"delta":")";
  event += base64;
  event += "\"}";
  conversation_.out().push_back(std::move(event));
}

void Reply::add_words(std::string_view told) {
  auto& at = message();
  const auto words = at.words.take(told);
  if (words.empty()) return;
  auto event = place(at);
  event["delta"] = words;
  conversation_.say(
      start_.is_text_only ? "response.output_text.delta" : "response.output_audio_transcript.delta",
      std::move(event));
}

void Reply::end_audio() {
  if (!message_ || start_.is_text_only || std::exchange(message_->is_audio_ended, true)) return;
  conversation_.say("response.output_audio.done", place(*message_));
}

void Reply::end_message(std::string_view status) {
  if (!message_) return;
  end_audio();
  const auto message = std::move(*message_);
  message_.reset();
  const auto& words = message.words.all();
  auto done = place(message);
  done[start_.is_text_only ? "text" : "transcript"] = words;
  conversation_.say(
      start_.is_text_only ? "response.output_text.done" : "response.output_audio_transcript.done",
      std::move(done));
  auto ended = place(message);
  ended["part"] = part(words);
  conversation_.say("response.content_part.done", std::move(ended));
  const auto item = message_item(message, status);
  if (!start_.is_outside) conversation_.end_item(item);
  say_item("response.output_item.done", message.index, item);
  output_.push_back(item);
}

void Reply::add_call(const std::string& call_id, std::string_view name,
                     const std::string& arguments) {
  end_message("completed");
  const auto index = static_cast<std::int64_t>(output_.size());
  json::object item{{"id", conversation_.make_id("item_")},
                    {"object", "realtime.item"},
                    {"type", "function_call"},
                    {"status", "in_progress"},
                    {"call_id", call_id},
                    {"name", name},
                    {"arguments", ""}};
  say_item("response.output_item.added", index, item);
  if (!start_.is_outside) conversation_.add_item(item, false);
  // All of them at once: no more is known of them here.
  json::object place{{"response_id", id_},
                     {"item_id", item.at("id")},
                     {"output_index", index},
                     {"call_id", call_id}};
  auto delta = place;
  delta["delta"] = arguments;
  conversation_.say("response.function_call_arguments.delta", std::move(delta));
  auto done = std::move(place);
  done["name"] = name;
  done["arguments"] = arguments;
  conversation_.say("response.function_call_arguments.done", std::move(done));
  item["status"] = "completed";
  item["arguments"] = arguments;
  if (!start_.is_outside) conversation_.end_item(item);
  say_item("response.output_item.done", index, item);
  output_.push_back(std::move(item));
}

void Reply::end(std::string_view status, json::value details, json::value usage) {
  if (!is_running()) return;
  end_message(status == "completed" ? "completed" : "incomplete");
  auto done = response(status);
  done["status_details"] = std::move(details);
  done["usage"] = std::move(usage);
  id_.clear();
  conversation_.say("response.done", {{"response", std::move(done)}});
}

}  // namespace callosum::provider::gemini
