#include <array>

#include "base/json.hpp"
#include "sim/gemini/rules.hpp"

namespace callosum::sim::gemini {
namespace {

bool has_sensible_numbers(const json::object& detection) {
  for (const char* key : {"prefixPaddingMs", "silenceDurationMs"}) {
    const auto* value = detection.if_contains(key);
    if (!value) continue;
    const auto ms = value->to_number<std::int64_t>();
    if (ms < 0 || ms > 60000) return false;
  }
  return true;
}

Complaint refusal(std::string detail, std::string reason = kInvalidArgument) {
  return {.counter = "bad_setups", .reason = std::move(reason), .detail = std::move(detail)};
}

bool says(const json::object& object, std::string_view key, bool wanted) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool() == wanted;
}

Verdict check_modalities(const json::object& generation, const ModelTraits& model) {
  const auto* modalities = find_array(generation, "responseModalities");
  if (!modalities || modalities->empty()) return {};
  if (modalities->size() > 1) return refusal("responseModalities: one only");
  if ((*modalities)[0] == "TEXT" && !model.text) {
    return refusal("responseModalities: this model answers in AUDIO alone");
  }
  return {};
}

Verdict check_generation(const json::object& generation, const ModelTraits& model, const Api& api) {
  if (auto verdict = check_modalities(generation, model)) return verdict;
  if (generation.contains("thinkingConfig") && !model.thinking) {
    return refusal("thinkingConfig: this model takes none");
  }
  if (generation.contains("translationConfig") && !model.translation) {
    return refusal("translationConfig: for translating models");
  }
  if (!generation.contains("enableAffectiveDialog")) return {};
  if (!model.affective_dialog) return refusal("enableAffectiveDialog: this model has none");
  if (api.is_vertex() || api.version == "v1alpha") return {};
  return refusal("enableAffectiveDialog: v1alpha alone knows it",
                 "Invalid JSON payload received. Unknown name \"enableAffectiveDialog\" at "
                 "'setup.generation_config': Cannot find field.");
}

}  // namespace

Verdict check_setup(const json::object& setup, const ModelTraits& model, const Api& api) {
  if (const auto* generation = find_object(setup, "generationConfig")) {
    if (auto verdict = check_generation(*generation, model, api)) return verdict;
  }
  const auto* proactivity = find_object(setup, "proactivity");
  if (proactivity && model.always_proactive && says(*proactivity, "proactiveAudio", false)) {
    return refusal("proactivity.proactiveAudio: always on");
  }
  const auto* realtime = find_object(setup, "realtimeInputConfig");
  const auto* detection = realtime ? find_object(*realtime, "automaticActivityDetection") : nullptr;
  if (detection && !has_sensible_numbers(*detection)) {
    return refusal("automaticActivityDetection: milliseconds from 0 to 60000");
  }
  const auto* instruction = find_object(setup, "systemInstruction");
  if (instruction && !find_array(*instruction, "parts")) {
    return refusal("systemInstruction: needs parts");
  }
  const auto* tools = find_array(setup, "tools");
  return tools ? check_tools(*tools, model, "setup.tools") : Verdict();
}

Verdict check_contents(const json::array& turns, const Api& api) {
  for (const auto& turn : turns) {
    const auto& content = turn.get_object();
    const auto role = text_at(content, "role", "user");
    // The cloud platform takes it as a change of the instructions.
    const bool is_system = role == "system" && api.is_vertex();
    if (role != "user" && role != "model" && !is_system) {
      return Complaint{.counter = "bad_contents",
                       .reason = "Please use a valid role: user, model.",
                       .detail = std::string(role)};
    }
    if (!find_array(content, "parts")) {
      return Complaint{.counter = "bad_contents", .detail = "a content without parts"};
    }
  }
  return {};
}

Verdict unknown_model(std::string_view path, const Api& api) {
  Complaint complaint{.counter = "unknown_models", .code = 1008};
  complaint.detail = path;
  if (api.is_vertex()) {
    complaint.reason = "Publisher Model `" + std::string(path) +
                       "` was not found or your project does not have access to it.";
  } else {
    complaint.reason = std::string(path) + " is not found for API version " + api.version +
                       ", or is not supported for bidiGenerateContent. Call ListModels to see the "
                       "list of available models and their supported methods.";
  }
  return complaint;
}

}  // namespace callosum::sim::gemini
