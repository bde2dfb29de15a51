#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "sim/xai/shapes.hpp"
#include "sim/xai/tool_shape.hpp"

namespace callosum::sim::xai {
namespace {

constexpr std::array<std::string_view, 2> kEfforts{"high", "none"};
constexpr std::array<std::string_view, 1> kVadTypes{"server_vad"};
constexpr std::array<std::string_view, 4> kFormats{"audio/pcm", "audio/pcmu", "audio/pcma",
                                                   "audio/opus"};
constexpr std::array<std::string_view, 2> kTransports{"json", "binary"};
constexpr std::array kRates{8000, 16000, 22050, 24000, 32000, 44100, 48000};
constexpr std::size_t kMostKeyterms = 100;
constexpr std::size_t kLongestKeyterm = 50;

/// Bounds in hundredths.
template <int kLeast, int kMost>
Problem number_between(const json::value& value, const std::string& path) {
  return check_number(value, path, kLeast / 100.0, kMost / 100.0);
}
Problem is_wait(const json::value& value, const std::string& path) {
  return check_integer(value, path, 0, 10000);
}
Problem is_duration(const json::value& value, const std::string& path) {
  return check_integer(value, path, 0, 1e9);
}
template <const auto& kFields>
Problem has_fields(const json::value& value, const std::string& path) {
  return check_known_fields(value, path, kFields);
}

constexpr std::array kDetection{Field{"type", is_one_of<kVadTypes>, true},
                                Field{"threshold", number_between<10, 90>, false, true},
                                Field{"silence_duration_ms", is_wait, false, true},
                                Field{"prefix_padding_ms", is_wait, false, true},
                                Field{"idle_timeout_ms", is_duration, false, true},
                                Field{"create_response", is_boolean, false, true},
                                Field{"interrupt_response", is_boolean, false, true}};
constexpr std::array kFormat{Field{"type", is_one_of<kFormats>, true},
                             Field{"rate", is_duration, false, true}};

Problem check_format(const json::value& value, const std::string& path) {
  if (auto problem = check_known_fields(value, path, kFormat)) return problem;
  const auto& format = value.get_object();
  const auto type = text_at(format, "type");
  if (type == "audio/opus") {
    return bad_value(path + ".type", "This simulator speaks no Opus: use audio/pcm.");
  }
  const auto* given = format.if_contains("rate");
  if (!given || given->is_null()) return {};
  const auto rate = given->to_number<int>();
  const bool is_known = type == "audio/pcm"
                            ? std::find(kRates.begin(), kRates.end(), rate) != kRates.end()
                            : rate == 8000;
  if (is_known) return {};
  return bad_value(path + ".rate", "Unsupported sample rate " + std::to_string(rate) + " for " +
                                       std::string(type) + ".");
}

Problem is_keyterm(const json::value& value, const std::string& path) {
  return check_text(value, path, kLongestKeyterm);
}
Problem check_keyterms(const json::value& value, const std::string& path) {
  return check_each(value, path, kMostKeyterms, is_keyterm);
}
/// Of languages that differ much by country the country must be said.
Problem check_hint(const json::value& value, const std::string& path) {
  if (auto problem = is_text(value, path)) return problem;
  const auto& hint = value.get_string();
  if (hint != "es" && hint != "pt") return {};
  return bad_value(path, "Use a regional code, such as '" + std::string(hint) + "-XX'.");
}

constexpr std::array kTranscription{Field{"model", is_text, false, true},
                                    Field{"language_hint", check_hint, false, true},
                                    Field{"keyterms", check_keyterms, false, true}};
constexpr std::array kInput{Field{"format", check_format},
                            Field{"transport", is_one_of<kTransports>},
                            Field{"transcription", has_fields<kTranscription>, false, true},
                            Field{"turn_detection", has_fields<kDetection>, false, true}};
constexpr std::array kOutput{
    Field{"format", check_format}, Field{"transport", is_one_of<kTransports>},
    Field{"voice", is_text, false, true}, Field{"speed", number_between<70, 150>, false, true}};
constexpr std::array kAudio{Field{"input", has_fields<kInput>},
                            Field{"output", has_fields<kOutput>}};
constexpr std::array kReasoning{Field{"effort", is_one_of<kEfforts>, false, true}};
constexpr std::array kResumption{Field{"enabled", is_boolean, true}};
constexpr std::array kSession{Field{"voice", is_text, false, true},
                              Field{"instructions", is_text, false, true},
                              Field{"reasoning", has_fields<kReasoning>, false, true},
                              Field{"turn_detection", has_fields<kDetection>, false, true},
                              Field{"audio", has_fields<kAudio>, false, true},
                              Field{"replace", is_object, false, true},
                              Field{"resumption", has_fields<kResumption>, false, true},
                              Field{"tools", check_tools, false, true},
                              Field{"tool_choice", is_anything, false, true},
                              Field{"max_output_tokens", is_anything, false, true},
                              Field{"parallel_tool_calls", is_boolean, false, true}};
constexpr std::array kResponse{Field{"instructions", is_text, false, true},
                               Field{"modalities", is_array, false, true},
                               Field{"metadata", is_object, false, true}};

/// Taken because clients written for OpenAI live on it, though xAI documents them elsewhere.
constexpr std::array<std::string_view, 2> kAliases{"turn_detection", "voice"};

void list_foreign(const json::object& object, const std::string& path,
                  std::span<const Field> fields, std::vector<std::string>& out) {
  for (const auto& member : object) {
    const auto is_it = [&](const Field& field) { return field.key == member.key(); };
    const bool is_alias = !path.empty() && std::find(kAliases.begin(), kAliases.end(),
                                                     member.key()) != kAliases.end();
    const bool is_known = std::any_of(fields.begin(), fields.end(), is_it) && !is_alias;
    if (!is_known) out.push_back(join_path(path, member.key()));
  }
}

}  // namespace

Problem check_update(const json::value& value, const std::string& path) {
  return check_known_fields(value, path, kSession);
}

Problem check_response_params(const json::value& value, const std::string& path) {
  return check_known_fields(value, path, kResponse);
}

std::vector<std::string> foreign_keys(const json::object& session) {
  std::vector<std::string> out;
  list_foreign(session, "", kSession, out);
  const auto* audio = find_object(session, "audio");
  if (!audio) return out;
  list_foreign(*audio, "audio", kAudio, out);
  const auto* input = find_object(*audio, "input");
  if (input) list_foreign(*input, "audio.input", kInput, out);
  const auto* output = find_object(*audio, "output");
  if (output) list_foreign(*output, "audio.output", kOutput, out);
  return out;
}

}  // namespace callosum::sim::xai
