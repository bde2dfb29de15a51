#include "api/realtime_answer.hpp"

#include <boost/json/serialize.hpp>

#include "api/status_error.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::api {

net::HttpResponse destructive_refusal() {
  return status_error(403, "Realtime is not allowed to call destructive tools");
}

net::HttpResponse RealtimeAnswers::encode(const registry::Envelope& envelope) const {
  const auto type = envelope.error ? envelope.error->type : ErrorType::not_found;
  if (envelope.error && type == ErrorType::destructive_blocked) return destructive_refusal();
  if (envelope.error && type == ErrorType::internal) {
    const auto id = make_id("err_", random);
    log.error("realtime_tool_failed", {{"error_id", id},
                                       {"tool", envelope.meta.tool_id},
                                       {"message", envelope.error->message},
                                       {"detail", envelope.error->detail}});
    const json::object body{
        {"status", "error"}, {"message", "Realtime tool execution failed"}, {"error_id", id}};
    return net::HttpResponse::json(500, json::serialize(body));
  }
  return net::HttpResponse::json(
      200, R"({"status":"success","data":)" + registry::encode_text(envelope) + "}");
}

net::HttpResponse RealtimeAnswers::encode(const Error& error) const {
  const bool is_told =
      error.type == ErrorType::session_inactive || error.type == ErrorType::internal;
  if (!is_told) return status_error(error, random, log);
  registry::Envelope envelope;
  envelope.error = error;
  return encode(envelope);
}

}  // namespace callosum::api
