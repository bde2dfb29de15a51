#include "sim/openai/ga_dialect.hpp"

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

const json::object& audio_output(const json::object& session) {
  return session.at("audio").get_object().at("output").get_object();
}

/// `audio.output` of the session with this response's own values over it.
json::object effective_output(const json::object& session, const json::object& params) {
  const auto& defaults = audio_output(session);
  json::object out{{"format", defaults.at("format")}, {"voice", defaults.at("voice")}};
  const auto* audio = find_object(params, "audio");
  const auto* given = audio ? find_object(*audio, "output") : nullptr;
  if (given) {
    for (const auto& member : *given) out[member.key()] = member.value();
  }
  return out;
}

const json::value& effective(const json::object& session, const json::object& params,
                             const char* key) {
  const auto* given = params.if_contains(key);
  return given ? *given : session.at(key);
}

/// A schema that the session takes and the turn then fails on (protocol §5).
const json::object* find_failing_tool(const json::object& session, const json::object& params) {
  const auto* tools = effective(session, params, "tools").if_array();
  for (const auto& tool : *tools) {
    const auto* parameters = find_object(tool.get_object(), "parameters");
    if (!parameters || parameters->empty()) continue;
    bool is_bad = text_at(*parameters, "type") != "object";
    for (const char* word : {"anyOf", "oneOf", "allOf", "enum", "not"}) {
      is_bad |= parameters->contains(word);
    }
    if (is_bad) return &tool.get_object();
  }
  return nullptr;
}

json::object usage_of(const Spent& spent) {
  const auto input = static_cast<std::int64_t>(60 + spent.input_bytes / 4);
  // Output sound counts one token each 50 ms (protocol §15).
  const std::int64_t sound = spent.sound.count() / 50;
  const auto text = static_cast<std::int64_t>(spent.deltas + spent.items * 8);
  return {
      {"total_tokens", input + sound + text},
      {"input_tokens", input},
      {"output_tokens", sound + text},
      {"input_token_details",
       {{"text_tokens", input},
        {"audio_tokens", 0},
        {"image_tokens", 0},
        {"cached_tokens", 0},
        {"cached_tokens_details", {{"text_tokens", 0}, {"audio_tokens", 0}, {"image_tokens", 0}}}}},
      {"output_token_details", {{"text_tokens", text}, {"audio_tokens", sound}}}};
}

}  // namespace

std::string GaDialect::make_id(World& world, std::string_view prefix) const {
  return world.make_id(prefix);
}

json::object GaDialect::error_event(json::object error, const Script&) const {
  return {{"type", "error"}, {"error", std::move(error)}};
}

Problem GaDialect::check_response(const json::value& params) const {
  return openai::check_response(params, "response");
}

bool GaDialect::is_beside(const json::object& params) const {
  return text_at(params, "conversation") == "none";
}

std::optional<BadTool> GaDialect::find_bad_tool(const json::object& session,
                                                const json::object& params) const {
  const auto* tool = find_failing_tool(session, params);
  if (!tool) return {};
  BadTool bad{.name = std::string(text_at(*tool, "name"))};
  bad.error = {{"type", "invalid_request_error"},
               {"code", "invalid_function_parameters"},
               {"message", "Invalid schema for function '" + bad.name +
                               "': schema must have type 'object' and not have "
                               "'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."}};
  return bad;
}

void GaDialect::shape_frame(const json::object& session, const json::object& params,
                            ResponseFrame& frame) const {
  const auto output = effective_output(session, params);
  frame.is_audio = effective(session, params, "output_modalities").get_array().at(0) == "audio";
  frame.is_in_conversation = !is_beside(params);
  frame.format = parse_sound_format(text_at(output.at("format").get_object(), "type"));
  frame.speed = audio_output(session).at("speed").to_number<double>();
}

json::object GaDialect::response_body(const json::object& session, const json::object& params,
                                      const ResponseFrame& frame) const {
  json::object body{{"object", "realtime.response"}, {"id", frame.response_id},
                    {"status", "in_progress"},       {"status_details", nullptr},
                    {"output", json::array()},       {"conversation_id", nullptr}};
  if (frame.is_in_conversation) {
    body["conversation_id"] = "conv_" + std::string(text_at(session, "id")).substr(5);
  }
  body["output_modalities"] = effective(session, params, "output_modalities");
  body["max_output_tokens"] = effective(session, params, "max_output_tokens");
  body["audio"] = json::object{{"output", effective_output(session, params)}};
  body["usage"] = nullptr;
  const auto* metadata = params.if_contains("metadata");
  body["metadata"] = metadata ? *metadata : json::value();
  return body;
}

json::object GaDialect::done_event(json::object& body, json::value details,
                                   const Spent& spent) const {
  body["status_details"] = std::move(details);
  body["usage"] = usage_of(spent);
  return {{"type", "response.done"}, {"response", body}};
}

}  // namespace callosum::sim::openai
