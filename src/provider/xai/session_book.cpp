#include "provider/xai/session_book.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "realtime/settings_shape.hpp"

namespace callosum::provider::xai {
namespace {

json::object new_session(const std::string& model) {
  const json::object format{{"type", "audio/pcm"}, {"rate", 24000}};
  const json::object input{{"format", format},
                           {"transcription", nullptr},
                           {"noise_reduction", nullptr},
                           {"turn_detection", nullptr}};  // at connect (§3)
  const json::object output{{"format", format}, {"voice", "eve"}, {"speed", 1.0}};
  return {{"type", "realtime"},
          {"object", "realtime.session"},
          {"id", ""},
          {"model", model},
          {"output_modalities", json::array{"audio"}},
          {"instructions", ""},
          {"tools", json::array{}},
          {"tool_choice", "auto"},
          {"max_output_tokens", "inf"},
          {"tracing", nullptr},
          {"truncation", "auto"},
          {"prompt", nullptr},
          {"audio", json::object{{"input", input}, {"output", output}}},
          {"include", nullptr}};
}

}  // namespace

SessionBook::SessionBook(std::string model) : session_(new_session(model)) {}

void SessionBook::on_sent(std::string_view event_id, json::object settled) {
  sent_.push_back({std::string(event_id), std::move(settled)});
}

void SessionBook::on_refused(std::string_view event_id) {
  auto at = std::find_if(sent_.begin(), sent_.end(),
                         [&](const Sent& each) { return each.event_id == event_id; });
  if (event_id.empty()) at = sent_.begin();
  if (at != sent_.end()) sent_.erase(at);
}

/// What only xAI knows of it. Of the voice it tells a name of its own ("human_Ara").
void SessionBook::take_names(const json::object& echo) {
  const auto id = text_at(echo, "id");
  const auto model = text_at(echo, "model");
  if (!id.empty()) session_["id"] = id;
  if (!model.empty()) session_["model"] = model;
}

json::object SessionBook::on_created(const json::object& echo) {
  take_names(echo);
  return session_;
}

json::object SessionBook::on_updated(const json::object& echo) {
  has_been_updated_ = true;
  if (!sent_.empty()) {
    realtime::merge_settings(session_, sent_.front().patch);
    sent_.pop_front();
  }
  take_names(echo);
  return session_;
}

const json::object* SessionBook::side(std::string_view name) const {
  const auto* audio = find_object(session_, "audio");
  return audio ? find_object(*audio, name) : nullptr;
}

bool SessionBook::is_text_only() const {
  const auto* modalities = find_array(session_, "output_modalities");
  return modalities && !modalities->empty() && modalities->front() == "text";
}

bool SessionBook::detects(std::string_view what) const {
  const auto* input = side("input");
  const auto* detection = input ? find_object(*input, "turn_detection") : nullptr;
  const auto* flag = detection ? detection->if_contains(what) : nullptr;
  return detection && !(flag && flag->is_bool() && !flag->get_bool());
}

json::object SessionBook::response_settings() const {
  json::object out;
  for (const auto* key : {"output_modalities", "max_output_tokens"}) {
    if (const auto* value = session_.if_contains(key)) out[key] = *value;
  }
  json::object spoken;
  if (const auto* output = side("output")) {
    for (const auto* key : {"format", "voice"}) {
      if (const auto* value = output->if_contains(key)) spoken[key] = *value;
    }
  }
  out["audio"] = json::object{{"output", std::move(spoken)}};
  return out;
}

}  // namespace callosum::provider::xai
