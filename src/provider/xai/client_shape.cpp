#include "provider/xai/client_shape.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace callosum::provider::xai {
namespace {

constexpr std::string_view kTranscriptionModel = "grok-transcribe";
constexpr std::size_t kMaxKeyterms = 100;
constexpr std::size_t kMaxKeytermBytes = 50;

// What programs written for OpenAI name without a wish behind it. Any other may be a custom voice.
constexpr std::array<std::string_view, 10> kForeignVoices{
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse"};

void copy(const json::object& from, json::object& to,
          std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (const auto* value = from.if_contains(key)) to[key] = *value;
  }
}

void clamp(json::object& object, std::string_view key, double least, double most) {
  auto* value = object.if_contains(key);
  if (!value || !value->is_number()) return;
  const auto number = value->to_number<double>();
  if (number < least) *value = least;
  if (number > most) *value = most;
}

void clamp_ms(json::object& object, std::string_view key) {
  constexpr std::int64_t kMost = 10'000;
  auto* value = object.if_contains(key);
  if (!value || !value->is_number()) return;
  const auto ms = value->to_number<double>();
  if (ms < 0) *value = 0;
  if (ms > kMost) *value = kMost;
}

json::value settle_turn_detection(const json::value& wanted) {
  const auto* object = wanted.if_object();
  if (!object) return nullptr;
  json::object out{{"type", "server_vad"}, {"create_response", true}, {"interrupt_response", true}};
  copy(*object, out,
       {"threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms",
        "create_response", "interrupt_response"});
  clamp(out, "threshold", 0.1, 0.9);
  clamp_ms(out, "prefix_padding_ms");
  clamp_ms(out, "silence_duration_ms");
  const auto* idle = out.if_contains("idle_timeout_ms");
  if (idle && idle->is_null()) out.erase("idle_timeout_ms");
  return out;
}

json::array settle_keywords(const json::array& wanted) {
  json::array out;
  for (const auto& entry : wanted) {
    const auto* word = entry.if_string();
    if (!word || word->empty() || word->size() > kMaxKeytermBytes) continue;
    if (out.size() < kMaxKeyterms) out.push_back(entry);
  }
  return out;
}

json::value settle_transcription(const json::value& wanted) {
  const auto* object = wanted.if_object();
  if (!object) return nullptr;
  json::object out{{"model", kTranscriptionModel}};
  const auto language = text_at(*object, "language");
  const bool is_refused = language == "es" || language == "pt";  // only with their country
  if (!language.empty() && !is_refused) out["language"] = language;
  if (const auto* words = find_array(*object, "keywords")) {
    auto kept = settle_keywords(*words);
    out["keywords"] = std::move(kept);
  }
  return out;
}

json::object settle_input(const json::object& wanted) {
  json::object out;
  copy(wanted, out, {"format"});
  if (const auto* value = wanted.if_contains("transcription")) {
    out["transcription"] = settle_transcription(*value);
  }
  if (const auto* value = wanted.if_contains("turn_detection")) {
    out["turn_detection"] = settle_turn_detection(*value);
  }
  return out;
}

json::object settle_output(const json::object& wanted) {
  json::object out;
  copy(wanted, out, {"format", "speed"});
  clamp(out, "speed", 0.7, 1.5);
  const auto* given = find_object(wanted, "voice");
  const auto voice = given ? text_at(*given, "id") : text_at(wanted, "voice");
  const bool is_foreign =
      std::find(kForeignVoices.begin(), kForeignVoices.end(), voice) != kForeignVoices.end();
  if (!voice.empty() && !is_foreign) out["voice"] = voice;
  return out;
}

json::array encode_tools(const json::array& tools) {
  json::array out;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool) continue;
    json::object flat;
    copy(*tool, flat, {"type", "name", "description", "parameters"});
    out.push_back(std::move(flat));
  }
  return out;
}

json::value encode_transcription(const json::value& settled) {
  const auto* object = settled.if_object();
  if (!object) return nullptr;
  json::object out;
  copy(*object, out, {"model"});
  if (const auto* language = object->if_contains("language")) out["language_hint"] = *language;
  if (const auto* words = object->if_contains("keywords")) out["keyterms"] = *words;
  return out;
}

json::object encode_audio(const json::object& settled) {
  json::object out;
  if (const auto* input = find_object(settled, "input")) {
    json::object one;
    copy(*input, one, {"format"});
    if (const auto* value = input->if_contains("transcription")) {
      one["transcription"] = encode_transcription(*value);
    }
    if (!one.empty()) out["input"] = std::move(one);
  }
  if (const auto* output = find_object(settled, "output")) {
    json::object one;
    copy(*output, one, {"format", "speed"});
    if (!one.empty()) out["output"] = std::move(one);
  }
  return out;
}

}  // namespace

json::object settle_session(const json::object& session) {
  json::object out{{"type", "realtime"}};
  copy(session, out,
       {"instructions", "output_modalities", "tools", "tool_choice", "parallel_tool_calls",
        "max_output_tokens"});
  if (const auto* reasoning = find_object(session, "reasoning")) {
    const auto effort = text_at(*reasoning, "effort");
    const bool is_none = effort == "minimal" || effort == "none";
    if (!effort.empty()) out["reasoning"] = json::object{{"effort", is_none ? "none" : "high"}};
  }
  const auto* audio = find_object(session, "audio");
  if (!audio) return out;
  json::object both;
  if (const auto* input = find_object(*audio, "input")) both["input"] = settle_input(*input);
  if (const auto* output = find_object(*audio, "output")) both["output"] = settle_output(*output);
  out["audio"] = std::move(both);
  return out;
}

json::object encode_session(const json::object& settled) {
  json::object out;
  copy(settled, out,
       {"instructions", "reasoning", "tool_choice", "parallel_tool_calls", "max_output_tokens"});
  if (const auto* tools = find_array(settled, "tools")) out["tools"] = encode_tools(*tools);
  const auto* audio = find_object(settled, "audio");
  if (!audio) return out;
  const auto* input = find_object(*audio, "input");
  const auto* output = find_object(*audio, "output");
  if (input) copy(*input, out, {"turn_detection"});
  if (output) copy(*output, out, {"voice"});
  auto rest = encode_audio(*audio);
  if (!rest.empty()) out["audio"] = std::move(rest);
  return out;
}

json::object encode_response(const json::object& response) {
  json::object out;
  copy(response, out, {"instructions", "metadata", "tool_choice", "max_output_tokens"});
  if (const auto* tools = find_array(response, "tools")) out["tools"] = encode_tools(*tools);
  return out;
}

Unserved find_unserved(const json::object& response) {
  if (text_at(response, "conversation") == "none") {
    return {"response.conversation",
            "This voice model has no responses outside the conversation; leave 'conversation' "
            "out."};
  }
  const auto* input = response.if_contains("input");
  if (input && !input->is_null()) {
    return {"response.input",
            "This voice model answers from its conversation alone; add items with "
            "conversation.item.create and leave 'input' out."};
  }
  return {};
}

std::string encode_force_message(std::string_view text, std::string_view event_id) {
  json::array content;
  content.push_back(json::object{{"type", "output_text"}, {"text", text}});
  const json::object item{
      {"type", "force_message"}, {"role", "assistant"}, {"content", std::move(content)}};
  return json::serialize(
      json::object{{"type", "conversation.item.create"}, {"event_id", event_id}, {"item", item}});
}

}  // namespace callosum::provider::xai
