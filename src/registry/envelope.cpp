#include "registry/envelope.hpp"

#include <cmath>

#include "base/json.hpp"
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
  if (intent.intent == Intent::transfer_call) {
    out["after"] = "current_turn";
    out["to"] = intent.argument;
  }
  if (intent.intent == Intent::send_digits) out["digits"] = intent.argument;
  return out;
}

void append_meta(const EnvelopeMeta& meta, std::string& out) {
  JsonObjectWriter writer(out);
  writer.text("tool_id", meta.tool_id);
  writer.text("tool_version", meta.tool_version);
  writer.text("registry_version", meta.registry_version);
  writer.thousandths("duration_ms", meta.duration.count());
  writer.flag("cached", meta.cached);
  if (meta.cached) writer.whole("age_ms", meta.age.count());
  writer.text("call_id", meta.call_id);
  writer.text("idempotency_key", meta.idempotency_key);
  writer.flag("truncated", meta.truncated);
  if (meta.truncated) writer.whole("total", static_cast<std::int64_t>(meta.total));
  if (meta.untrusted) writer.flag("untrusted", true);
  writer.close();
}

bool is_plain_error_member(std::string_view key) {
  return key == "type" || key == "message" || key == "retryable" || key == "say";
}

Error decode_error(const json::object& error) {
  Error out;
  const auto type = text_at(error, "type");
  for (auto each = ErrorType::not_found; each <= ErrorType::internal;
       each = static_cast<ErrorType>(static_cast<int>(each) + 1)) {
    if (to_string(each) == type) out.type = each;
  }
  out.message = text_at(error, "message");
  out.say = text_at(error, "say");
  return out;
}

EnvelopeMeta decode_meta(const json::object& meta) {
  EnvelopeMeta out;
  out.tool_id = text_at(meta, "tool_id");
  out.tool_version = text_at(meta, "tool_version");
  out.registry_version = text_at(meta, "registry_version");
  out.call_id = text_at(meta, "call_id");
  out.idempotency_key = text_at(meta, "idempotency_key");
  const auto* duration = meta.if_contains("duration_ms");
  if (duration && duration->is_number()) {
    out.duration = std::chrono::microseconds(std::llround(duration->to_number<double>() * 1000));
  }
  const auto is_true = [&meta](const char* key) {
    const auto* flag = meta.if_contains(key);
    return flag && flag->is_bool() && flag->get_bool();
  };
  out.cached = is_true("cached");
  out.truncated = is_true("truncated");
  out.untrusted = is_true("untrusted");
  const auto* total = meta.if_contains("total");
  if (total && total->is_int64()) out.total = static_cast<std::size_t>(total->get_int64());
  return out;
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

Result<Envelope> decode_envelope(std::string_view text) {
  constexpr JsonLimits kLimits{.max_bytes = 4 << 20, .max_depth = 64, .safe_integers = false};
  const auto parsed = parse_strict(text, kLimits);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto* meta = fields ? find_object(*fields, "meta") : nullptr;
  if (!meta) return fail(ErrorType::internal, "", "a stored envelope cannot be read");
  Envelope out;
  if (const auto* error = find_object(*fields, "error")) {
    out.error = decode_error(*error);
    for (const auto& member : *error) {
      if (!is_plain_error_member(member.key())) out.error_extra.insert(member);
    }
  } else if (const auto* data = fields->if_contains("data")) {
    out.data = *data;
  }
  if (const auto* intents = find_array(*fields, "intents")) {
    for (const auto& entry : *intents) {
      const auto* object = entry.if_object();
      const auto intent = object ? parse_word<Intent>(text_at(*object, "type")) : std::nullopt;
      if (intent) out.intents.push_back({*intent, std::string(text_at(*object, "message"))});
    }
  }
  out.meta = decode_meta(*meta);
  return out;
}

}  // namespace callosum::registry
