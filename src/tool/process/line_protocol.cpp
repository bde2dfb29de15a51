#include "tool/process/line_protocol.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool::process {
namespace {

constexpr std::size_t kMaxMessageBytes = 500;

/// What a worker may say of a call; the others are the gateway's own to say.
constexpr std::array kTypes{
    ErrorType::not_found, ErrorType::validation, ErrorType::conflict,
    ErrorType::forbidden, ErrorType::rate_limit, ErrorType::auth,
    ErrorType::transient, ErrorType::permanent,  ErrorType::outcome_unknown};

Error decode_error(const json::object& line) {
  const auto* error = find_object(line, "error");
  const auto word = error == nullptr ? std::string_view() : text_at(*error, "type");
  const auto whole = error == nullptr ? text_at(line, "error") : text_at(*error, "message");
  const auto message = cut_utf8(whole, kMaxMessageBytes);
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](ErrorType one) { return to_string(one) == word; });
  return fail(type == kTypes.end() ? ErrorType::permanent : *type,
              message.empty() ? "that could not be done" : std::string(message));
}

}  // namespace

std::string encode_call(const std::string& id, const Invocation& invocation,
                        std::chrono::nanoseconds left) {
  const auto& context = invocation.context;
  const auto left_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
  const json::object line{
      {"id", id},
      {"tool", invocation.tool.name},
      {"arguments", invocation.arguments},
      {"context",
       {{"tenant", context.tenant_id},
        {"principal", context.subject},
        {"session", context.session_id},
        {"state",
         {{"mode", context.mode},
          {"epoch", context.epoch},
          {"channel", registry::to_string(context.channel)},
          {"turn", context.turn}}},
        {"registry_version", context.snapshot ? context.snapshot->version() : std::string()},
        {"deadline_ms", left_ms}}},
      {"idempotency_key", invocation.idempotency_key}};
  return json::serialize(line) + "\n";
}

Result<WorkerAnswer> decode_answer(std::string_view line, std::size_t max_bytes) {
  JsonLimits limits;
  limits.max_bytes = max_bytes;
  auto parsed = parse_strict(line, limits);
  if (!parsed) return parsed.error();
  auto* object = parsed->if_object();
  if (object == nullptr) return fail(ErrorType::validation, "expected an object a line");
  const auto* id = find_string(*object, "id");
  const auto* ok = object->if_contains("ok");
  if (id == nullptr || ok == nullptr || !ok->is_bool()) {
    return fail(ErrorType::validation, "expected {id, ok, data} or {id, ok, error}");
  }
  WorkerAnswer answer{.id = std::string(*id)};
  if (!ok->get_bool()) {
    answer.data = decode_error(*object);
  } else if (auto* data = object->if_contains("data")) {
    answer.data = std::move(*data);
  } else {
    answer.data = json::value(json::object());
  }
  return answer;
}

}  // namespace callosum::tool::process
