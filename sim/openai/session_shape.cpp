#include <array>

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::array<std::string_view, 2> kSessionTypes{"realtime", "transcription"};
constexpr std::array<std::string_view, 2> kModalities{"text", "audio"};
constexpr std::array<std::string_view, 3> kFormats{"audio/pcm", "audio/pcmu", "audio/pcma"};
constexpr std::array<std::string_view, 10> kVoices{"alloy", "ash",     "ballad", "coral", "echo",
                                                   "sage",  "shimmer", "verse",  "marin", "cedar"};
constexpr std::array<std::string_view, 2> kNoiseTypes{"near_field", "far_field"};
constexpr std::array<std::string_view, 2> kVadTypes{"server_vad", "semantic_vad"};
constexpr std::array<std::string_view, 4> kEagerness{"low", "medium", "high", "auto"};
constexpr std::array<std::string_view, 5> kEfforts{"minimal", "low", "medium", "high", "xhigh"};
constexpr std::array<std::string_view, 1> kIncludes{"item.input_audio_transcription.logprobs"};
constexpr std::array<std::string_view, 2> kTruncations{"auto", "disabled"};
constexpr std::array<std::string_view, 1> kRetention{"retention_ratio"};
constexpr std::array<std::string_view, 2> kConversations{"auto", "none"};
constexpr std::size_t kMostMetadata = 16;

template <int kLeast, int kMost>
Problem integer_between(const json::value& value, const std::string& path) {
  return check_integer(value, path, kLeast, kMost);
}
/// Bounds in hundredths.
template <int kLeast, int kMost>
Problem number_between(const json::value& value, const std::string& path) {
  return check_number(value, path, kLeast / 100.0, kMost / 100.0);
}
template <const auto& kFields>
Problem has_fields(const json::value& value, const std::string& path) {
  return check_fields(value, path, kFields);
}

Problem is_text_list(const json::value& value, const std::string& path) {
  return check_each(value, path, 1024, is_text);
}

Problem check_format(const json::value& value, const std::string& path) {
  static constexpr std::array kFields{Field{"type", is_one_of<kFormats>, true},
                                      Field{"rate", integer_between<1, 1000000>}};
  if (auto problem = check_fields(value, path, kFields)) return problem;
  const auto* rate = value.get_object().if_contains("rate");
  const bool is_pcm = text_at(value.get_object(), "type") == "audio/pcm";
  if (is_pcm && rate && rate->to_number<int>() != 24000) {
    return bad_value(path + ".rate", "Invalid value: " + std::to_string(rate->to_number<int>()) +
                                         ". Supported values are: 24000.");
  }
  return {};
}

Problem check_voice(const json::value& value, const std::string& path) {
  static constexpr std::array kFields{Field{"id", is_text, true}};
  if (value.is_object()) return check_fields(value, path, kFields);
  return is_one_of<kVoices>(value, path);
}

Problem check_turn_detection(const json::value& value, const std::string& path) {
  static constexpr std::array kServer{
      Field{"type", is_one_of<kVadTypes>, true},
      Field{"threshold", number_between<0, 100>},
      Field{"prefix_padding_ms", integer_between<0, 10000>},
      Field{"silence_duration_ms", integer_between<0, 10000>},
      Field{"create_response", is_boolean},
      Field{"interrupt_response", is_boolean},
      Field{"idle_timeout_ms", integer_between<5000, 30000>, false, true}};
  static constexpr std::array kSemantic{
      Field{"type", is_one_of<kVadTypes>, true}, Field{"eagerness", is_one_of<kEagerness>},
      Field{"create_response", is_boolean}, Field{"interrupt_response", is_boolean}};
  const auto* object = value.if_object();
  const bool is_semantic = object && text_at(*object, "type") == "semantic_vad";
  return is_semantic ? check_fields(value, path, kSemantic) : check_fields(value, path, kServer);
}

constexpr std::array kTranscription{Field{"model", is_text},
                                    Field{"language", is_text, false, true},
                                    Field{"prompt", is_text, false, true},
                                    Field{"delay", is_one_of<kEfforts>, false, true},
                                    Field{"keywords", is_text_list, false, true},
                                    Field{"languages", is_text_list, false, true}};
constexpr std::array kNoise{Field{"type", is_one_of<kNoiseTypes>, true},
                            Field{"strength", is_anything, false, true}};
constexpr std::array kInput{Field{"format", check_format},
                            Field{"transcription", has_fields<kTranscription>, false, true},
                            Field{"noise_reduction", has_fields<kNoise>, false, true},
                            Field{"turn_detection", check_turn_detection, false, true}};
constexpr std::array kOutput{Field{"format", check_format}, Field{"voice", check_voice},
                             Field{"speed", number_between<25, 150>}};
constexpr std::array kAudio{Field{"input", has_fields<kInput>},
                            Field{"output", has_fields<kOutput>}};
constexpr std::array kInputOnly{Field{"input", has_fields<kInput>}};
constexpr std::array kResponseOutput{Field{"format", check_format}, Field{"voice", check_voice}};
constexpr std::array kResponseAudio{Field{"output", has_fields<kResponseOutput>}};

Problem check_modalities(const json::value& value, const std::string& path) {
  if (auto problem = check_each(value, path, 2, is_one_of<kModalities>)) return problem;
  if (value.get_array().size() == 1) return {};
  return bad_value(path, "Invalid modalities. Supported combinations are: ['text'] and ['audio'].");
}

Problem check_max_tokens(const json::value& value, const std::string& path) {
  if (value.is_string() && value.get_string() == "inf") return {};
  return check_integer(value, path, 1, 4096);
}

constexpr std::array kTokenLimits{Field{"post_instructions", integer_between<0, 1000000>}};
constexpr std::array kRatio{Field{"type", is_one_of<kRetention>, true},
                            Field{"retention_ratio", number_between<0, 100>, true},
                            Field{"token_limits", has_fields<kTokenLimits>, false, true}};

Problem check_truncation(const json::value& value, const std::string& path) {
  if (value.is_object()) return check_fields(value, path, kRatio);
  return is_one_of<kTruncations>(value, path);
}

constexpr std::array kTraceFields{Field{"workflow_name", is_text}, Field{"group_id", is_text},
                                  Field{"metadata", is_object}};

Problem check_tracing(const json::value& value, const std::string& path) {
  if (value.is_object()) return check_fields(value, path, kTraceFields);
  if (value.is_string() && value.get_string() == "auto") return {};
  return bad_value(path, "Invalid value for '" + path + "': expected 'auto' or an object.");
}

Problem check_include(const json::value& value, const std::string& path) {
  return check_each(value, path, 1, is_one_of<kIncludes>);
}

Problem check_metadata(const json::value& value, const std::string& path) {
  const auto* object = value.if_object();
  if (!object) return wrong_type(path, "an object", value);
  if (object->size() > kMostMetadata) {
    return WireError{"object_above_max_properties",
                     "Invalid '" + path + "': too many properties. Expected at most 16.", path};
  }
  for (const auto& member : *object) {
    const auto member_path = join_path(path, member.key());
    if (member.key().size() > 64) return bad_value(member_path, "A metadata key is too long.");
    if (auto problem = check_text(member.value(), member_path, 512)) return problem;
  }
  return {};
}

Problem check_input_items(const json::value& value, const std::string& path) {
  return check_each(value, path, 4096, check_input_item);
}

constexpr std::array kReasoning{Field{"effort", is_one_of<kEfforts>, false, true}};
constexpr std::array kPrompt{Field{"id", is_text, true}, Field{"version", is_text, false, true},
                             Field{"variables", is_object, false, true}};

constexpr std::array kSession{Field{"type", is_one_of<kSessionTypes>, true},
                              Field{"model", is_text},
                              Field{"output_modalities", check_modalities},
                              Field{"instructions", is_text},
                              Field{"audio", has_fields<kAudio>},
                              Field{"tools", check_tools},
                              Field{"tool_choice", check_tool_choice},
                              Field{"parallel_tool_calls", is_boolean},
                              Field{"reasoning", has_fields<kReasoning>, false, true},
                              Field{"max_output_tokens", check_max_tokens},
                              Field{"truncation", check_truncation},
                              Field{"tracing", check_tracing, false, true},
                              Field{"prompt", has_fields<kPrompt>, false, true},
                              Field{"include", check_include, false, true}};
constexpr std::array kTranscriptionSession{Field{"type", is_one_of<kSessionTypes>, true},
                                           Field{"audio", has_fields<kInputOnly>},
                                           Field{"include", check_include, false, true}};
constexpr std::array kResponse{Field{"conversation", is_one_of<kConversations>},
                               Field{"input", check_input_items},
                               Field{"instructions", is_text},
                               Field{"output_modalities", check_modalities},
                               Field{"audio", has_fields<kResponseAudio>},
                               Field{"tools", check_tools},
                               Field{"tool_choice", check_tool_choice},
                               Field{"parallel_tool_calls", is_boolean},
                               Field{"reasoning", has_fields<kReasoning>, false, true},
                               Field{"max_output_tokens", check_max_tokens},
                               Field{"metadata", check_metadata, false, true},
                               Field{"prompt", has_fields<kPrompt>, false, true}};

}  // namespace

Problem check_session(const json::value& value, const std::string& path) {
  const auto* object = value.if_object();
  const bool is_transcription = object && text_at(*object, "type") == "transcription";
  return is_transcription ? check_fields(value, path, kTranscriptionSession)
                          : check_fields(value, path, kSession);
}

Problem check_response(const json::value& value, const std::string& path) {
  return check_fields(value, path, kResponse);
}

}  // namespace callosum::sim::openai
