#include "api/realtime_answer.hpp"

#include <boost/json/serialize.hpp>

#include "api/resource.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::api {

net::HttpResponse realtime_refusal(int status, std::string_view message) {
  return net::HttpResponse::json(
      status, json::serialize(json::object{{"status", "error"}, {"message", message}}));
}

net::HttpResponse destructive_refusal() {
  return realtime_refusal(403, "Realtime is not allowed to call destructive tools");
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
  if (error.type == ErrorType::validation) return realtime_refusal(400, error.message);
  registry::Envelope envelope;
  envelope.error = error;
  const bool is_told = error.type == ErrorType::session_inactive;
  return is_told || error.type == ErrorType::internal ? encode(envelope) : error_response(error);
}

}  // namespace callosum::api
