#include "sim/gemini/settings.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

Ms ms_at(const json::object& object, std::string_view key, Ms otherwise) {
  const auto* value = object.if_contains(key);
  if (!value || !value->is_number()) return otherwise;
  return Ms(value->to_number<std::int64_t>());
}

Detection read_detection(const json::object& fields) {
  Detection detection;
  detection.is_automatic = !is_true(fields, "disabled");
  if (text_at(fields, "startOfSpeechSensitivity") == "START_SENSITIVITY_LOW") {
    detection.onset = Ms(120);
    detection.loudness *= 2;
  }
  if (text_at(fields, "endOfSpeechSensitivity") == "END_SENSITIVITY_LOW") {
    detection.silence = Ms(800);
  }
  detection.onset = std::max(ms_at(fields, "prefixPaddingMs", detection.onset), Ms(20));
  detection.silence = ms_at(fields, "silenceDurationMs", detection.silence);
  return detection;
}

/// The schema as the brain knows schemas: types in lower case, at the root and below it.
json::value in_lower_case(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return value;
  auto out = *object;
  const auto type = text_at(out, "type");
  if (!type.empty()) out["type"] = to_lower_ascii(type);
  const auto* properties = find_object(out, "properties");
  if (!properties) return out;
  json::object lowered;
  for (const auto& member : *properties) lowered[member.key()] = in_lower_case(member.value());
  out["properties"] = std::move(lowered);
  return out;
}

json::object schema_of(const json::object& declaration) {
  for (const char* key : {"parameters", "parametersJsonSchema"}) {
    if (find_object(declaration, key)) {
      return std::move(in_lower_case(declaration.at(key)).get_object());
    }
  }
  return {};
}

}  // namespace

Settings read_settings(const json::object& setup) {
  Settings settings;
  const auto* generation = find_object(setup, "generationConfig");
  const auto* modalities = generation ? find_array(*generation, "responseModalities") : nullptr;
  if (modalities && !modalities->empty()) settings.is_audio = (*modalities)[0] == "AUDIO";
  settings.wants_input_transcript = setup.contains("inputAudioTranscription");
  settings.wants_output_transcript = setup.contains("outputAudioTranscription");
  settings.compresses = setup.contains("contextWindowCompression");
  settings.wants_activity_signals = is_true(setup, "explicitVadSignal");
  if (const auto* resumption = find_object(setup, "sessionResumption")) {
    settings.wants_handles = true;
    settings.is_transparent = is_true(*resumption, "transparent");
  }
  if (const auto* history = find_object(setup, "historyConfig")) {
    settings.seeds_history = is_true(*history, "initialHistoryInClientContent");
  }
  const auto* realtime = find_object(setup, "realtimeInputConfig");
  if (!realtime) return settings;
  settings.interrupts = text_at(*realtime, "activityHandling") != "NO_INTERRUPTION";
  const auto* detection = find_object(*realtime, "automaticActivityDetection");
  if (detection) settings.detection = read_detection(*detection);
  return settings;
}

std::vector<Declared> read_functions(const json::array& tools, const ModelTraits& model) {
  std::vector<Declared> out;
  for (const auto& tool : tools) {
    const auto* declarations = find_array(tool.get_object(), "functionDeclarations");
    if (!declarations) continue;
    for (const auto& value : *declarations) {
      const auto& declaration = value.get_object();
      const auto behavior = text_at(declaration, "behavior");
      const bool is_blocking = behavior.empty() ? !model.non_blocking : behavior == "BLOCKING";
      out.push_back(
          {std::string(text_at(declaration, "name")), schema_of(declaration), is_blocking});
    }
  }
  return out;
}

std::string text_of(const json::object& content) {
  std::string out;
  const auto* parts = find_array(content, "parts");
  if (!parts) return out;
  for (const auto& part : *parts) {
    const auto text = text_at(part.get_object(), "text");
    if (text.empty()) continue;
    if (!out.empty()) out += ' ';
    out += text;
  }
  return out;
}

}  // namespace callosum::sim::gemini
