#include "provider/gemini/session_book.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr int kRateHz = 24000;

// What programs written for OpenAI name without a wish behind it.
constexpr std::array<std::string_view, 10> kForeignVoices{
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse"};

json::object new_session(std::string_view model, std::string_view id) {
  const json::object format{{"type", "audio/pcm"}, {"rate", kRateHz}};
  const json::object detection{
      {"type", "server_vad"}, {"create_response", true}, {"interrupt_response", true}};
  const json::object input{{"format", format},
                           {"transcription", nullptr},
                           {"noise_reduction", nullptr},
                           {"turn_detection", detection}};
  const json::object output{{"format", format}, {"voice", ""}, {"speed", 1.0}};
  return {{"type", "realtime"},
          {"object", "realtime.session"},
          {"id", id},
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

json::object* child(json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}

/// A side's format as the wire has it; a rate that is not served is a fault.
std::optional<realtime::SettingsFault> settle_format(json::object& side, const std::string& place) {
  auto* format = child(side, "format");
  if (!format) return std::nullopt;
  const std::string type(text_at(*format, "type", "audio/pcm"));
  const auto* rate = format->if_contains("rate");
  boost::system::error_code none;
  if (type == "audio/pcm" && rate && rate->is_number() &&
      rate->to_number<double>(none) != kRateHz) {
    return realtime::SettingsFault{"invalid_value", "The rate of audio/pcm must be 24000.",
                                   place + ".rate"};
  }
  *format = json::object{{"type", type}};
  if (type == "audio/pcm") (*format)["rate"] = kRateHz;
  return std::nullopt;
}

/// What is asked for and not done reads as it is: this model always answers what it has heard.
void settle_detection(json::object& input) {
  auto* detection = child(input, "turn_detection");
  if (!detection) return;
  (*detection)["create_response"] = true;
  if (!detection->contains("interrupt_response")) (*detection)["interrupt_response"] = true;
}

void drop_foreign_voice(json::object& output, std::string_view before) {
  const auto* given = child(output, "voice");
  std::string voice(given ? text_at(*given, "id") : text_at(output, "voice"));
  const bool is_foreign =
      std::find(kForeignVoices.begin(), kForeignVoices.end(), voice) != kForeignVoices.end();
  output["voice"] = is_foreign ? std::string(before) : voice;
}

/// Without the tools that are this wire's own already: the gateway's, as the registry exports them.
json::object without_declarations(json::object update) {
  auto* tools = update.if_contains("tools");
  if (!tools || !tools->is_array()) return update;
  json::array foreign;
  for (const auto& tool : tools->get_array()) {
    const auto* entry = tool.if_object();
    if (!entry || !find_array(*entry, "functionDeclarations")) foreign.push_back(tool);
  }
  *tools = std::move(foreign);
  return update;
}

}  // namespace

SessionBook::SessionBook(std::string_view model, std::string_view id)
    : object_(new_session(model, id)) {}

std::optional<realtime::SettingsFault> SessionBook::update(const json::object& update) {
  const auto checked = without_declarations(update);
  if (auto fault = realtime::find_settings_fault(checked, "session")) return fault;
  json::object after = object_;
  realtime::merge_settings(after, update);
  auto* audio = child(after, "audio");
  auto* input = audio ? child(*audio, "input") : nullptr;
  auto* output = audio ? child(*audio, "output") : nullptr;
  if (!input || !output) {
    return realtime::SettingsFault{"invalid_value", "The session needs both sides of its audio.",
                                   "session.audio"};
  }
  if (auto fault = settle_format(*input, "session.audio.input.format")) return fault;
  if (auto fault = settle_format(*output, "session.audio.output.format")) return fault;
  settle_detection(*input);
  drop_foreign_voice(*output, voice());
  (*output)["speed"] = 1.0;  // nothing here speaks faster
  object_ = std::move(after);
  return std::nullopt;
}

const json::object* SessionBook::side(std::string_view name) const {
  const auto* audio = find_object(object_, "audio");
  return audio ? find_object(*audio, name) : nullptr;
}

std::string SessionBook::format_of(std::string_view side_name) const {
  const auto* one = side(side_name);
  const auto* format = one ? find_object(*one, "format") : nullptr;
  return std::string(format ? text_at(*format, "type", "audio/pcm") : "audio/pcm");
}

std::string_view SessionBook::voice() const {
  const auto* output = side("output");
  return output ? text_at(*output, "voice") : std::string_view();
}

std::string_view SessionBook::instructions() const { return text_at(object_, "instructions"); }

const json::object* SessionBook::turn_detection() const {
  const auto* input = side("input");
  return input ? find_object(*input, "turn_detection") : nullptr;
}

bool SessionBook::is_text_only() const {
  const auto* modalities = find_array(object_, "output_modalities");
  return modalities && !modalities->empty() && modalities->front() == "text";
}

bool SessionBook::calls_tools() const { return text_at(object_, "tool_choice") != "none"; }

json::object SessionBook::response_settings() const {
  json::object out;
  for (const auto* key : {"output_modalities", "max_output_tokens"}) {
    if (const auto* value = object_.if_contains(key)) out[key] = *value;
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

}  // namespace callosum::provider::gemini
