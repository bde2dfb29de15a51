#include "provider/offline/ga_conversation.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "provider/offline/ga_item.hpp"
#include "provider/offline/voices.hpp"

namespace callosum::provider::offline {
namespace {

constexpr std::size_t kMaxItems = 400;  // the oldest are forgotten, as a context window does

json::object format_of(std::string_view type) {
  json::object format{{"type", type}};
  if (type == "audio/pcm") format["rate"] = 24000;
  return format;
}

void merge_into(json::object& target, const json::object& source) {
  for (const auto& [key, value] : source) {
    auto* old = target.if_contains(key);
    if (old && old->is_object() && value.is_object() && key != "turn_detection") {
      merge_into(old->get_object(), value.get_object());
    } else {
      target[key] = value;
    }
  }
}

}  // namespace

GaConversation::GaConversation(std::string model, std::int64_t now_s, Random& random)
    : random_(random) {
  const json::object vad{{"type", "server_vad"},      {"threshold", 0.5},
                         {"prefix_padding_ms", 300},  {"silence_duration_ms", 500},
                         {"create_response", true},   {"interrupt_response", true},
                         {"idle_timeout_ms", nullptr}};
  const json::object input{{"format", format_of("audio/pcm")},
                           {"transcription", nullptr},
                           {"noise_reduction", nullptr},
                           {"turn_detection", vad}};
  const json::object output{{"format", format_of("audio/pcm")}, {"voice", "slt"}, {"speed", 1.0}};
  conversation_id_ = make_id("conv_");
  session_ = {{"type", "realtime"},
              {"object", "realtime.session"},
              {"id", make_id("sess_")},
              {"model", model},
              {"output_modalities", json::array{"audio"}},
              {"instructions", ""},
              {"tools", json::array{}},
              {"tool_choice", "auto"},
              {"max_output_tokens", "inf"},
              {"tracing", nullptr},
              {"truncation", "auto"},
              {"prompt", nullptr},
              {"expires_at", now_s + 3600},
              {"audio", json::object{{"input", input}, {"output", output}}},
              {"include", nullptr}};
}

std::string GaConversation::make_id(std::string_view prefix) {
  return callosum::make_id(prefix, random_);
}

std::string GaConversation::next_event_id() { return "event_off" + std::to_string(next_event_++); }

void GaConversation::emit(std::string_view type, json::object fields) {
  json::object event{{"type", type}, {"event_id", next_event_id()}};
  for (auto& [key, value] : fields) event[key] = std::move(value);
  out_.push_back(json::serialize(event));
}

const json::array& GaConversation::tools() const {
  static const json::array none;
  const auto* tools = find_array(asked_, "tools");
  if (!tools) tools = find_array(session_, "tools");
  return tools ? *tools : none;
}

std::string GaConversation::instructions() const {
  const auto own = text_at(asked_, "instructions");
  return std::string(own.empty() ? text_at(session_, "instructions") : own);
}

bool GaConversation::is_audio_out() const {
  const auto* modalities = find_array(asked_, "output_modalities");
  if (!modalities) modalities = find_array(session_, "output_modalities");
  return !modalities || modalities->empty() || modalities->front() == "audio";
}

namespace {

std::string format_in(const json::object& session, std::string_view side) {
  const auto* audio = find_object(session, "audio");
  const auto* one = audio ? find_object(*audio, side) : nullptr;
  const auto* format = one ? find_object(*one, "format") : nullptr;
  return std::string(format ? text_at(*format, "type", "audio/pcm") : "audio/pcm");
}

const json::object* input_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  return audio ? find_object(*audio, "input") : nullptr;
}

const json::object* output_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  return audio ? find_object(*audio, "output") : nullptr;
}

bool is_voice_known(const json::object& session) {
  const auto* output = output_of(session);
  return !output || !output->contains("voice") || !find_voice(text_at(*output, "voice")).empty();
}

}  // namespace

std::string GaConversation::input_format() const { return format_in(session_, "input"); }
std::string GaConversation::output_format() const { return format_in(session_, "output"); }

bool GaConversation::wants_transcription() const {
  const auto* input = input_of(session_);
  return input && find_object(*input, "transcription");
}

const json::object* GaConversation::turn_detection() const {
  const auto* input = input_of(session_);
  return input ? find_object(*input, "turn_detection") : nullptr;
}

std::string_view GaConversation::voice() const {
  const auto* output = output_of(session_);
  return find_voice(output ? text_at(*output, "voice") : "");
}

void GaConversation::refuse_voice(std::string_view event_id) {
  error("invalid_value", "There is no such voice here: " + voices_there_are() + ".",
        "session.audio.output.voice", event_id);
}

void GaConversation::open(json::object session) {
  const bool is_known = is_voice_known(session);
  // A browser's wish must not cost the session its tools and instructions.
  if (!is_known) session["audio"].as_object()["output"].as_object().erase("voice");
  update_session(session, "evt_callosum_open");
  if (!is_known) refuse_voice({});
}

void GaConversation::say_created() { emit("session.created", {{"session", session_}}); }

void GaConversation::update_session(const json::object& update, std::string_view event_id) {
  if (text_at(update, "type") != "realtime") {
    return error("missing_required_parameter", "Missing required parameter: 'session.type'.",
                 "session.type", event_id);
  }
  if (!is_voice_known(update)) return refuse_voice(event_id);
  const json::object before = session_;
  merge_into(session_, update);
  for (const char* side : {"input", "output"}) {
    const auto format = format_in(session_, side);
    if (format == "audio/pcm" || format == "audio/pcmu" || format == "audio/pcma") continue;
    session_ = before;
    return error("invalid_value", "The audio format must be audio/pcm, audio/pcmu or audio/pcma.",
                 std::string("session.audio.") + side + ".format.type", event_id);
  }
  emit("session.updated", {{"session", session_}});
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
  auto id = make_id("item_");
  emit("input_audio_buffer.speech_started", {{"audio_start_ms", at_ms}, {"item_id", id}});
  return id;
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
  const json::value previous = last_item_.empty() ? json::value(nullptr) : json::value(last_item_);
  emit("input_audio_buffer.committed", {{"previous_item_id", previous}, {"item_id", item_id}});
  json::array content;
  content.push_back(json::object{{"type", "input_audio"}, {"transcript", nullptr}});
  add_item({{"id", item_id},
            {"type", "message"},
            {"status", "completed"},
            {"role", "user"},
            {"content", std::move(content)}});
}

void GaConversation::heard(std::string_view item_id, std::string_view text, bool understood) {
  Turn turn;
  turn.text = text;
  turn.was_understood = understood;
  turns_.push_back(std::move(turn));
  if (!wants_transcription()) return;
  // Who retrieves the item finds the words in it.
  const auto item = std::find_if(items_.rbegin(), items_.rend(),
                                 [&](const auto& one) { return text_at(one, "id") == item_id; });
  if (item != items_.rend()) add_transcript(*item, text);
  const json::object usage{{"type", "duration"}, {"seconds", 0}};
  emit("conversation.item.input_audio_transcription.completed",
       {{"item_id", item_id}, {"content_index", 0}, {"transcript", text}, {"usage", usage}});
}

void GaConversation::add_item(json::object item) {
  const std::string id(text_at(item, "id"));
  const json::value previous = last_item_.empty() ? json::value(nullptr) : json::value(last_item_);
  emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  emit("conversation.item.done", {{"previous_item_id", previous}, {"item", item}});
  last_item_ = id;
  items_.push_back(std::move(item));
  if (items_.size() > kMaxItems) items_.erase(items_.begin());
  if (turns_.size() > kMaxItems) turns_.erase(turns_.begin());
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
  if (text_at(item, "type") == "message") item["status"] = "completed";
  turns_.push_back(std::move(*turn));
  add_item(std::move(item));
}

void GaConversation::delete_item(std::string_view item_id, std::string_view event_id) {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const auto& item) { return text_at(item, "id") == item_id; });
  if (at == items_.end()) {
    return error("item_delete_invalid_item_id", "There is no such item.", "item_id", event_id);
  }
  items_.erase(at);
  emit("conversation.item.deleted", {{"item_id", item_id}});
}

void GaConversation::retrieve_item(std::string_view item_id, std::string_view event_id) {
  if (const auto* item = find_item(item_id)) {
    return emit("conversation.item.retrieved", {{"item", *item}});
  }
  error("item_retrieve_invalid_item_id", "There is no such item.", "item_id", event_id);
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
  const auto* output = output_of(session_);
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
  const auto index = static_cast<std::int64_t>(output_.size());
  const auto id = make_id("item_");
  const auto call_id = make_id("call_");
  json::object item{{"id", id},           {"type", "function_call"}, {"status", "in_progress"},
                    {"call_id", call_id}, {"name", call.name},       {"arguments", ""}};
  const json::object at{{"response_id", response_id_}, {"output_index", index}};
  auto with = [&](json::object more) {
    for (const auto& [key, value] : at) more[key] = value;
    return more;
  };
  const json::value previous = last_item_.empty() ? json::value(nullptr) : json::value(last_item_);
  emit("response.output_item.added", with({{"item", item}}));
  emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  emit("response.function_call_arguments.delta",
       with({{"item_id", id}, {"call_id", call_id}, {"delta", call.arguments}}));
  emit("response.function_call_arguments.done", with({{"item_id", id},
                                                      {"call_id", call_id},
                                                      {"name", call.name},
                                                      {"arguments", call.arguments}}));
  item["status"] = "completed";
  item["arguments"] = call.arguments;
  emit("conversation.item.done", {{"previous_item_id", nullptr}, {"item", item}});
  emit("response.output_item.done", with({{"item", item}}));
  last_item_ = id;
  output_.push_back(item);
  Turn turn;
  turn.kind = Turn::Kind::call;
  turn.name = call.name;
  turn.call_id = call_id;
  turn.text = call.arguments;
  turns_.push_back(std::move(turn));
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

void GaConversation::begin_message() {
  message_ =
      Message{make_id("item_"), {}, static_cast<std::int64_t>(output_.size()), is_audio_out()};
  const auto item = message_item(*message_, "in_progress");
  const json::value previous = last_item_.empty() ? json::value(nullptr) : json::value(last_item_);
  emit("response.output_item.added",
       {{"response_id", response_id_}, {"output_index", message_->index}, {"item", item}});
  if (!out_of_band_) {
    emit("conversation.item.added", {{"previous_item_id", previous}, {"item", item}});
  }
  const json::object part = message_->is_audio ? json::object{{"type", "audio"}, {"transcript", ""}}
                                               : json::object{{"type", "text"}, {"text", ""}};
  emit("response.content_part.added", {{"response_id", response_id_},
                                       {"item_id", message_->id},
                                       {"output_index", message_->index},
                                       {"content_index", 0},
                                       {"part", part}});
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
    last_item_ = message.id;
    items_.push_back(item);
    Turn turn;
    turn.kind = Turn::Kind::assistant;
    turn.text = message.words;
    turns_.push_back(std::move(turn));
  }
  emit("response.output_item.done",
       {{"response_id", response_id_}, {"output_index", message.index}, {"item", item}});
  output_.push_back(item);
}

void GaConversation::end_response(std::string_view status, std::string_view reason) {
  emit("response.done", {{"response", response_object(status, reason)}});
  response_id_.clear();
  asked_.clear();
  input_.reset();
  out_of_band_ = false;
}

}  // namespace callosum::provider::offline
