#include "registry/envelope.hpp"

#include "base/json_text.hpp"
#include "registry/json_text.hpp"

namespace callosum::registry {
namespace {

// The cause is in the log, under the call's id.
constexpr std::string_view kInternalMessage = "something went wrong on our side";
constexpr std::string_view kSideEffects = "partial_side_effects";

json::object encode_error(const Envelope& envelope) {
  const Error& error = *envelope.error;
  const bool is_internal = error.type == ErrorType::internal;
  json::object out{{"type", to_string(error.type)},
                   {"message", is_internal ? kInternalMessage : std::string_view(error.message)},
                   {"retryable", is_retryable(error.type)}};
  if (!error.say.empty()) out["say"] = error.say;
  for (const auto& member : envelope.error_extra) {
    // Hints and the like could carry the cause; what already happened must be known all the same.
    if (is_internal && member.key() != kSideEffects) continue;
    if (!out.contains(member.key())) out.emplace(member.key(), member.value());
  }
  return out;
}

json::object encode_intent(const IntentRequest& intent) {
  json::object out{{"type", to_string(intent.intent)}};
  if (intent.intent == Intent::end_voice_session) out["after"] = "current_turn";
  if (intent.intent == Intent::set_pending_message) out["message"] = intent.argument;
  return out;
}

void append_meta(const EnvelopeMeta& meta, std::string& out) {
  JsonObjectWriter writer(out);
  writer.text("tool_id", meta.tool_id);
  writer.text("tool_version", meta.tool_version);
  writer.text("registry_version", meta.registry_version);
  writer.thousandths("duration_ms", meta.duration.count());
  writer.flag("cached", meta.cached);
  writer.text("call_id", meta.call_id);
  writer.text("idempotency_key", meta.idempotency_key);
  writer.flag("truncated", meta.truncated);
  writer.close();
}

}  // namespace

std::string encode_text(const Envelope& envelope) {
  std::string out;
  out.reserve(512);
  JsonObjectWriter writer(out);
  writer.flag("ok", envelope.ok());
  if (envelope.ok()) {
    append_json(envelope.data, writer.raw("data"));
  } else {
    append_json(encode_error(envelope), writer.raw("error"));
  }
  json::array intents;
  for (const auto& intent : envelope.intents) intents.push_back(encode_intent(intent));
  append_json(std::move(intents), writer.raw("intents"));
  append_meta(envelope.meta, writer.raw("meta"));
  writer.close();
  return out;
}

}  // namespace callosum::registry
