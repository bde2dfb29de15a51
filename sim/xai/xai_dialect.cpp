#include "sim/xai/xai_dialect.hpp"

#include "base/json.hpp"
#include "sim/xai/shapes.hpp"
#include "sim/xai/xai_script.hpp"
#include "sim/xai/xai_session.hpp"

namespace callosum::sim::xai {
namespace {

std::string hex(std::uint64_t bits, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < digits; ++i, bits >>= 4) out += kHex[bits & 15];
  return out;
}

/// Sound counts about one token each 20 ms (recorded: 106 tokens for 2.11 s).
constexpr std::int64_t kMsPerToken = 20;

json::object token_details(std::int64_t text, std::int64_t sound) {
  return {{"text_tokens", text}, {"audio_tokens", sound}, {"grok_tokens", 0}};
}

json::object usage_of(const Spent& spent) {
  const auto input = static_cast<std::int64_t>(7 + spent.input_bytes / 4);
  const std::int64_t sound = spent.sound.count() / kMsPerToken;
  const auto text = static_cast<std::int64_t>(spent.deltas);
  const double seconds = static_cast<double>(spent.sound.count()) / 1000;
  return {{"input_tokens", input},
          {"input_token_details", token_details(input, 0)},
          {"output_tokens", text + sound},
          {"output_token_details", token_details(text, sound)},
          {"total_tokens", input + text + sound},
          {"output_audio_seconds", seconds},
          {"billable_audio_seconds", (spent.sound.count() + 999) / 1000}};
}

}  // namespace

const XaiDialect& dialect() {
  static const XaiDialect kDialect;
  return kDialect;
}

/// Bare UUIDs (version 4); a session's id has no hyphens.
std::string XaiDialect::make_id(World& world, std::string_view prefix) const {
  const auto high = world.random.next_u64();
  const auto low = world.random.next_u64();
  if (prefix == "sess_") return hex(high, 16) + hex(low, 16);
  return hex(high, 8) + "-" + hex(high >> 32, 4) + "-4" + hex(high >> 48, 3) + "-a" + hex(low, 3) +
         "-" + hex(low >> 12, 12);
}

std::string XaiDialect::event_id(World& world, const std::string&, std::size_t) const {
  return make_id(world, "event_");
}

void XaiDialect::dress(json::object& event, World& world) const {
  const auto type = text_at(event, "type");
  if (type == "session.created") return;
  if (type == "response.output_audio.delta") event["ts"] = epoch_ms(world.time.wall_now());
  if (!event.contains("previous_item_id")) event["previous_item_id"] = nullptr;
}

json::object XaiDialect::error_event(json::object error, const Script& script) const {
  if (!as_xai(script).has_flat_errors) return {{"type", "error"}, {"error", std::move(error)}};
  return {{"type", "error"}, {"message", error["message"]}, {"code", error["code"]}};
}

Problem XaiDialect::check_response(const json::value& params) const {
  return check_response_params(params, "response");
}

void XaiDialect::shape_frame(const json::object& session, const json::object&,
                             ResponseFrame& frame) const {
  const auto& output = session.at("audio").get_object().at("output").get_object();
  frame.is_binary = text_at(output, "transport") == "binary";
  frame.format = format_of(output);
  const auto* speed = output.if_contains("speed");
  if (speed && speed->is_number()) frame.speed = speed->to_number<double>();
}

json::object XaiDialect::response_body(const json::object&, const json::object& params,
                                       const ResponseFrame& frame) const {
  json::object body{{"id", frame.response_id},
                    {"object", "realtime.response"},
                    {"output", json::array()},
                    {"status", "in_progress"}};
  const auto* metadata = find_object(params, "metadata");
  if (metadata && as_xai(*frame.script).echoes_metadata) body["metadata"] = *metadata;
  body["status_details"] = "unimplemented";
  body["usage"] = json::object();
  return body;
}

json::object XaiDialect::done_event(json::object& body, json::value, const Spent& spent) const {
  return {{"type", "response.done"},
          {"response", body},
          {"response_id", body.at("id")},
          {"usage", usage_of(spent)}};
}

}  // namespace callosum::sim::xai
