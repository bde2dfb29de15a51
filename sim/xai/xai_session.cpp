#include "sim/xai/xai_session.hpp"

#include <array>

#include "base/json.hpp"
#include "sim/xai/shapes.hpp"

namespace callosum::sim::xai {
namespace {

constexpr const char* kFirstVoice = "ara";

json::object detection_defaults() {
  return {{"threshold", 0.85},
          {"prefix_padding_ms", 333},
          {"silence_duration_ms", 200},
          {"create_response", true},
          {"interrupt_response", true}};
}

/// Merged member by member; everything else is replaced whole.
bool is_merged(std::string_view key) { return key == "audio" || key == "input" || key == "output"; }

void merge(json::object& into, const json::object& update) {
  for (const auto& member : update) {
    auto& target = into[member.key()];
    if (is_merged(member.key()) && target.is_object() && member.value().is_object()) {
      merge(target.get_object(), member.value().get_object());
    } else {
      target = member.value();
    }
  }
}

const json::object& direction_of(const json::object& session, std::string_view key) {
  return session.at("audio").get_object().at(key).get_object();
}

/// Flat as they are sent, nested as they are echoed.
json::value nested(const json::value& tool) {
  const auto& flat = tool.get_object();
  if (text_at(flat, "type") != "function") return tool;
  json::object function;
  for (const char* key : {"name", "description", "parameters"}) {
    const auto* value = flat.if_contains(key);
    if (value) function[key] = *value;
  }
  return json::object{{"type", "function"}, {"function", std::move(function)}};
}

json::object echoed_direction(const json::object& direction,
                              std::initializer_list<const char*> keys) {
  json::object out;
  for (const char* key : keys) {
    const auto* value = direction.if_contains(key);
    if (value && !value->is_null()) out[key] = *value;
  }
  return out;
}

}  // namespace

SoundFormat format_of(const json::object& direction) {
  const auto* format = find_object(direction, "format");
  if (!format) return {};
  auto out = parse_sound_format(text_at(*format, "type"));
  const auto* rate = format->if_contains("rate");
  if (rate && rate->is_number()) out.rate_hz = rate->to_number<int>();
  return out;
}

XaiSession::XaiSession(std::string model, std::string id)
    : model_(std::move(model)), id_(std::move(id)) {
  json::object input{{"transport", "json"}};
  auto output = input;
  effective_ = {{"tools", json::array()}, {"tool_choice", "auto"}, {"instructions", ""}};
  effective_["audio"] = json::object{{"input", std::move(input)}, {"output", std::move(output)}};
}

Problem XaiSession::apply(const json::value& update, const SessionMoment&) {
  if (auto problem = check_update(update, "session")) return problem;
  const auto& fields = update.get_object();
  merge(effective_, fields);
  for (const char* key : {"voice", "replace", "turn_detection"}) {
    const auto* value = fields.if_contains(key);
    if (value) given_[key] = *value;
  }
  read_aliases(fields);
  if (!effective_["tools"].is_array()) effective_["tools"] = json::array();
  detection_.reset();
  if (const auto* given = find_object(given_, "turn_detection")) {
    detection_ = detection_defaults();
    for (const auto& member : *given) {
      if (!member.value().is_null()) (*detection_)[member.key()] = member.value();
    }
  }
  return {};
}

/// OpenAI's places of these two.
void XaiSession::read_aliases(const json::object& update) {
  const auto* audio = find_object(update, "audio");
  const auto* input = audio ? find_object(*audio, "input") : nullptr;
  const auto* output = audio ? find_object(*audio, "output") : nullptr;
  const auto* detection = input ? input->if_contains("turn_detection") : nullptr;
  if (detection && !update.contains("turn_detection")) given_["turn_detection"] = *detection;
  const auto* voice = output ? output->if_contains("voice") : nullptr;
  if (voice && !update.contains("voice")) given_["voice"] = *voice;
}

SoundFormat XaiSession::input_format() const {
  return format_of(direction_of(effective_, "input"));
}

const json::object* XaiSession::turn_detection() const {
  return detection_ ? &*detection_ : nullptr;
}

bool XaiSession::wants_transcripts() const {
  return find_object(direction_of(effective_, "input"), "transcription") != nullptr;
}

bool XaiSession::takes_binary() const {
  const auto& input = direction_of(effective_, "input");
  return input.contains("format") || text_at(input, "transport") == "binary";
}

bool XaiSession::is_resumable() const {
  const auto* resumption = find_object(effective_, "resumption");
  const auto* enabled = resumption ? resumption->if_contains("enabled") : nullptr;
  return enabled && enabled->is_bool() && enabled->get_bool();
}

json::object XaiSession::created() const {
  return {{"id", id_},
          {"object", "realtime.session"},
          {"instructions", ""},
          {"voice", kFirstVoice},
          {"modalities", json::array{"audio"}},
          {"turn_detection", {{"type", nullptr}}},
          {"tools", json::array()},
          {"model", model_}};
}

json::object XaiSession::updated() const {
  json::object out{{"instructions", effective_.at("instructions")}};
  const auto* voice = given_.if_contains("voice");
  if (voice) out["voice"] = *voice;
  out["enable_noise_suppression"] = true;
  const auto* detection = find_object(given_, "turn_detection");
  if (detection) out["turn_detection"] = *detection;
  out["model"] = model_;
  json::array tools;
  for (const auto& tool : effective_.at("tools").get_array()) tools.push_back(nested(tool));
  if (!tools.empty()) out["tools"] = std::move(tools);
  out["keep_context"] = false;
  out["enable_phonetic_spelling"] = false;
  const auto& input = direction_of(effective_, "input");
  const auto* transcription = input.if_contains("transcription");
  out["input_audio_transcription"] = transcription ? *transcription : json::value();
  out["modalities"] = json::array{"audio"};
  out["input_audio_format"] = "not specified";
  out["output_audio_format"] = "not specified";
  out["tool_choice"] = effective_.at("tool_choice");
  out["temperature"] = -1.0;
  out["max_response_output_tokens"] = "inf";
  const auto* replace = given_.if_contains("replace");
  if (replace) out["replace"] = *replace;
  out["audio"] = json::object{
      {"input", echoed_direction(input, {"format", "transport", "transcription"})},
      {"output",
       echoed_direction(direction_of(effective_, "output"), {"format", "transport", "speed"})}};
  return out;
}

}  // namespace callosum::sim::xai
