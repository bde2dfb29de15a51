#include "registry/envelope.hpp"

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

json::object encode_meta(const EnvelopeMeta& meta) {
  return {{"tool_id", meta.tool_id},
          {"tool_version", meta.tool_version},
          {"registry_version", meta.registry_version},
          {"duration_ms", static_cast<double>(meta.duration.count()) / 1000.0},
          {"cached", meta.cached},
          {"call_id", meta.call_id},
          {"idempotency_key", meta.idempotency_key},
          {"truncated", meta.truncated}};
}

}  // namespace

json::object encode(const Envelope& envelope) {
  json::object out{{"ok", envelope.ok()}};
  if (envelope.ok()) {
    out["data"] = envelope.data;
  } else {
    out["error"] = encode_error(envelope);
  }
  json::array intents;
  for (const auto& intent : envelope.intents) intents.push_back(encode_intent(intent));
  out["intents"] = std::move(intents);
  out["meta"] = encode_meta(envelope.meta);
  return out;
}

std::string encode_text(const Envelope& envelope) { return to_json_text(encode(envelope)); }

}  // namespace callosum::registry
