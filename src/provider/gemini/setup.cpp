#include "provider/gemini/setup.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/gemini/declarations.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr double kHardOfHearing = 0.7;  // a threshold from here on is the less sensitive of two

json::object content_of(std::string_view text) {
  json::array parts;
  parts.push_back(json::object{{"text", text}});
  return {{"parts", std::move(parts)}, {"role", "user"}};
}

json::object encode_generation(const SessionBook& session) {
  json::object out{{"responseModalities", json::array{"AUDIO"}}};
  if (!session.voice().empty()) {
    const json::object voice{{"prebuiltVoiceConfig", {{"voiceName", session.voice()}}}};
    out["speechConfig"] = json::object{{"voiceConfig", voice}};
  }
  const auto* most = session.object().if_contains("max_output_tokens");
  if (most && most->is_int64()) out["maxOutputTokens"] = *most;
  return out;
}

json::object encode_hearing(const SessionBook& session) {
  const auto* wanted = session.turn_detection();
  json::object detection;
  json::object out;
  if (!wanted) {
    detection["disabled"] = true;
  } else {
    boost::system::error_code none;
    const auto* silence = wanted->if_contains("silence_duration_ms");
    const auto* threshold = wanted->if_contains("threshold");
    const auto eagerness = text_at(*wanted, "eagerness");
    if (silence && silence->is_int64()) detection["silenceDurationMs"] = *silence;
    if (threshold && threshold->is_number() &&
        threshold->to_number<double>(none) >= kHardOfHearing) {
      detection["startOfSpeechSensitivity"] = "START_SENSITIVITY_LOW";
    }
    if (eagerness == "low") detection["endOfSpeechSensitivity"] = "END_SENSITIVITY_LOW";
    const auto* yields = wanted->if_contains("interrupt_response");
    if (yields && yields->is_bool() && !yields->get_bool()) {
      out["activityHandling"] = "NO_INTERRUPTION";
    }
  }
  if (!detection.empty()) out["automaticActivityDetection"] = std::move(detection);
  return out;
}

json::object encode_transcription(const SessionBook& session) {
  const auto* audio = find_object(session.object(), "audio");
  const auto* input = audio ? find_object(*audio, "input") : nullptr;
  const auto* wanted = input ? find_object(*input, "transcription") : nullptr;
  const auto language = wanted ? text_at(*wanted, "language") : std::string_view();
  if (language.empty()) return {};
  return {{"languageCodes", json::array{language}}};
}

json::array tools_of(const json::object& setup) {
  const auto* tools = find_array(setup, "tools");
  return tools ? *tools : json::array{};
}

json::object without_context(const json::object& setup) {
  json::object out = setup;
  out.erase("systemInstruction");
  out.erase("tools");
  return out;
}

json::value at(const json::object& setup, std::string_view key) {
  const auto* value = setup.if_contains(key);
  return value ? *value : json::value(nullptr);
}

}  // namespace

json::object encode_setup(std::string_view model, const SessionBook& session,
                          const ModelTraits& traits) {
  const bool is_path = model.find('/') != std::string_view::npos;
  json::object out{{"model", is_path ? std::string(model) : "models/" + std::string(model)},
                   {"generationConfig", encode_generation(session)}};
  if (!session.instructions().empty()) {
    out["systemInstruction"] = content_of(session.instructions());
  }
  const auto* tools = find_array(session.object(), "tools");
  if (tools && session.calls_tools()) {
    auto declarations = declare(*tools, traits);
    json::array list;
    if (!declarations.empty()) {
      list.push_back(json::object{{"functionDeclarations", std::move(declarations)}});
      out["tools"] = std::move(list);
    }
  }
  auto hearing = encode_hearing(session);
  if (!hearing.empty()) out["realtimeInputConfig"] = std::move(hearing);
  // Without it a session of sound ends after a quarter of an hour (§7).
  out["contextWindowCompression"] = json::object{{"slidingWindow", json::object{}}};
  // What was said is how the beginning and the end of speech are known here.
  out["inputAudioTranscription"] = encode_transcription(session);
  out["outputAudioTranscription"] = json::object{};
  return out;
}

std::string encode_setup_message(const json::object& setup, std::string_view handle) {
  json::object whole = setup;
  json::object resumption;
  if (!handle.empty()) resumption["handle"] = handle;
  whole["sessionResumption"] = std::move(resumption);
  return json::serialize(json::object{{"setup", std::move(whole)}});
}

SetupChange compare_setups(const json::object& before, const json::object& after) {
  if (before == after) return SetupChange::none;
  return without_context(before) == without_context(after) ? SetupChange::context
                                                           : SetupChange::whole;
}

std::string encode_context_update(const json::object& before, const json::object& after) {
  json::object update;
  if (at(before, "systemInstruction") != at(after, "systemInstruction")) {
    const auto* instruction = after.if_contains("systemInstruction");
    update["systemInstruction"] = instruction ? *instruction : json::value(content_of(""));
  }
  if (tools_of(before) != tools_of(after)) {
    update["tools"] = json::object{{"tools", tools_of(after)}};
  }
  return json::serialize(json::object{{"contextUpdate", std::move(update)}});
}

}  // namespace callosum::provider::gemini
