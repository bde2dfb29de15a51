// GaConversation's responses (protocol §8.1, §11.1): one at a time, from created to done.
#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "provider/conversation/ga_item.hpp"
#include "realtime/settings_shape.hpp"

namespace callosum::provider::conversation {

json::object GaConversation::response_object(std::string_view status,
                                             std::string_view reason) const {
  const bool running = status == "in_progress";
  json::value details = nullptr;
  if (!running && status != "completed")
    details = json::object{{"type", status}, {"reason", reason}};
  json::value usage = nullptr;
  if (!running) {
    usage = json::object{
        {"total_tokens", 0},
        {"input_tokens", 0},
        {"output_tokens", 0},
        {"input_token_details", json::object{{"text_tokens", 0}, {"audio_tokens", 0}}},
        {"output_token_details", json::object{{"text_tokens", 0}, {"audio_tokens", 0}}}};
  }
  const auto* metadata = asked_.if_contains("metadata");
  const auto* output = session_.output();
  return {{"object", "realtime.response"},
          {"id", response_id_},
          {"status", status},
          {"status_details", details},
          {"output", output_},
          {"conversation_id", out_of_band_ ? json::value(nullptr) : json::value(conversation_id_)},
          {"output_modalities", json::array{is_audio_out() ? "audio" : "text"}},
          {"max_output_tokens", "inf"},
          {"audio", json::object{{"output", output ? *output : json::object{}}}},
          {"usage", usage},
          {"metadata", metadata ? *metadata : json::value(nullptr)}};
}

bool GaConversation::take_input(const json::object& asked, std::string_view event_id) {
  input_.reset();
  if (const auto fault = realtime::find_settings_fault(asked, "response")) {
    error(fault->code, fault->message, fault->param, event_id);
    return false;
  }
  const auto* input = asked.if_contains("input");
  if (!input || input->is_null()) return true;
  const auto refuse = [&](std::string_view message, const std::string& param) {
    error("invalid_value", message, "response.input" + param, event_id);
    return false;
  };
  if (!input->is_array()) return refuse("The input must be a list of items.", "");
  std::vector<Turn> turns;
  for (const auto& one : input->get_array()) {
    const std::string place = "[" + std::to_string(turns.size()) + "]";
    const auto* item = one.if_object();
    if (!item) return refuse("An item must be an object.", place);
    if (text_at(*item, "type") == "item_reference") {
      item = find_item(text_at(*item, "id"));
      if (!item) return refuse("There is no such item.", place + ".id");
    }
    auto turn = turn_of(*item);
    if (!turn) return refuse(turn.error().message, place + "." + turn.error().detail);
    turns.push_back(std::move(*turn));
  }
  input_ = std::move(turns);
  return true;
}

void GaConversation::begin_response(const json::object& asked) {
  asked_ = asked;
  out_of_band_ = text_at(asked, "conversation") == "none";
  response_id_ = make_id("resp_");
  output_.clear();
  emit("response.created", {{"response", response_object("in_progress", {})}});
}

void GaConversation::add_call(const PlannedCall& call) {
  const auto index = static_cast<std::int64_t>(output_.size() + (message_ ? 1 : 0));
  const auto id = make_id("item_");
  const bool is_first_beside = message_ && first_call_beside_.empty();
  const auto previous = is_first_beside ? json::value(message_->id) : last_item();
  if (is_first_beside) first_call_beside_ = id;
  const auto call_id = make_id("call_");
  json::object item{{"id", id},           {"type", "function_call"}, {"status", "in_progress"},
                    {"call_id", call_id}, {"name", call.name},       {"arguments", ""}};
  const json::object at{{"response_id", response_id_}, {"output_index", index}};
  auto with = [&](json::object more) {
    for (const auto& [key, value] : at) more[key] = value;
    return more;
  };
  emit("response.output_item.added", with({{"item", item}}));
  if (!out_of_band_) {
    emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  }
  emit("response.function_call_arguments.delta",
       with({{"item_id", id}, {"call_id", call_id}, {"delta", call.arguments}}));
  emit("response.function_call_arguments.done", with({{"item_id", id},
                                                      {"call_id", call_id},
                                                      {"name", call.name},
                                                      {"arguments", call.arguments}}));
  item["status"] = "completed";
  item["arguments"] = call.arguments;
  if (!out_of_band_) {
    emit("conversation.item.done", {{"previous_item_id", nullptr}, {"item", item}});
    keep(item);
    Turn turn;
    turn.kind = Turn::Kind::call;
    turn.name = call.name;
    turn.call_id = call_id;
    turn.text = call.arguments;
    turn.item_id = id;
    keep(std::move(turn));
  }
  emit("response.output_item.done", with({{"item", item}}));
  output_.push_back(std::move(item));
}

json::object GaConversation::message_item(const Message& message, std::string_view status) const {
  json::array content;
  if (status != "in_progress") {
    content.push_back(message.is_audio
                          ? json::object{{"type", "output_audio"}, {"transcript", message.words}}
                          : json::object{{"type", "output_text"}, {"text", message.words}});
  }
  return {{"id", message.id},
          {"type", "message"},
          {"status", status},
          {"role", "assistant"},
          {"content", std::move(content)}};
}

std::string GaConversation::begin_message() {
  message_ =
      Message{make_id("item_"), {}, static_cast<std::int64_t>(output_.size()), is_audio_out()};
  const auto item = message_item(*message_, "in_progress");
  emit("response.output_item.added",
       {{"response_id", response_id_}, {"output_index", message_->index}, {"item", item}});
  if (!out_of_band_) {
    emit("conversation.item.added", {{"previous_item_id", last_item()}, {"item", item}});
  }
  const json::object part = message_->is_audio ? json::object{{"type", "audio"}, {"transcript", ""}}
                                               : json::object{{"type", "text"}, {"text", ""}};
  emit("response.content_part.added", {{"response_id", response_id_},
                                       {"item_id", message_->id},
                                       {"output_index", message_->index},
                                       {"content_index", 0},
                                       {"part", part}});
  return message_->id;
}

void GaConversation::add_words(std::string_view words) {
  message_->words += words;
  emit(message_->is_audio ? "response.output_audio_transcript.delta" : "response.output_text.delta",
       {{"response_id", response_id_},
        {"item_id", message_->id},
        {"output_index", message_->index},
        {"content_index", 0},
        {"delta", words},
        {"obfuscation", "off"}});
}

void GaConversation::add_audio(std::span<const std::uint8_t> bytes) {
  std::string event = R"({"type":"response.output_audio.delta","event_id":")" + next_event_id() +
                      R"(","response_id":")" + response_id_ + R"(","item_id":")" + message_->id +
                      R"(","output_index":)" + std::to_string(message_->index) +
                      R"(,"content_index":0,"delta":")";
  append_base64(bytes, event);
  event += "\"}";
  out_.push_back(std::move(event));
}

void GaConversation::end_message(std::string_view status) {
  const auto message = std::move(*message_);
  message_.reset();
  json::object ids{{"response_id", response_id_},
                   {"item_id", message.id},
                   {"output_index", message.index},
                   {"content_index", 0}};
  auto with = [&](std::string_view key, json::value value) {
    json::object out = ids;
    out[key] = std::move(value);
    return out;
  };
  if (message.is_audio) {
    emit("response.output_audio.done", ids);
    emit("response.output_audio_transcript.done", with("transcript", json::value(message.words)));
  } else {
    emit("response.output_text.done", with("text", json::value(message.words)));
  }
  const json::object part = message.is_audio
                                ? json::object{{"type", "audio"}, {"transcript", message.words}}
                                : json::object{{"type", "text"}, {"text", message.words}};
  emit("response.content_part.done", with("part", part));
  const auto item = message_item(message, status);
  if (!out_of_band_) {
    emit("conversation.item.done", {{"previous_item_id", nullptr}, {"item", item}});
    Turn turn;
    turn.kind = Turn::Kind::assistant;
    turn.text = message.words;
    turn.item_id = message.id;
    keep_message(item, std::move(turn));
  }
  first_call_beside_.clear();
  emit("response.output_item.done",
       {{"response_id", response_id_}, {"output_index", message.index}, {"item", item}});
  output_.insert(output_.begin() + message.index, item);
}

bool GaConversation::has_open_calls() const {
  return std::any_of(turns_.begin(), turns_.end(), [&](const Turn& turn) {
    const auto answers = [&](const Turn& other) {
      return other.kind == Turn::Kind::output && other.call_id == turn.call_id;
    };
    return turn.kind == Turn::Kind::call && std::none_of(turns_.begin(), turns_.end(), answers);
  });
}

void GaConversation::end_response(std::string_view status, std::string_view reason) {
  emit("response.done", {{"response", response_object(status, reason)}});
  response_id_.clear();
  asked_.clear();
  input_.reset();
  out_of_band_ = false;
}

}  // namespace callosum::provider::conversation
