#include "sim/openai/cloud.hpp"

#include <boost/json/serialize.hpp>

namespace callosum::sim::openai {
namespace {

namespace asio = boost::asio;

/// 15 MiB of sound in one event; and room for a huge event to a slow reader.
const net::WsLimits kLimits{
    .max_message_bytes = 24u << 20, .max_control_frames_per_s = 100, .max_queued_bytes = 64u << 20};

}  // namespace

asio::awaitable<net::HttpResponse> Cloud::handle(const net::HttpRequest& request) {
  co_return answer(request);
}

asio::awaitable<net::UpgradeDecision> Cloud::upgrade(const net::HttpRequest& request) {
  co_return decide(request);
}

net::HttpResponse Cloud::answer(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path == "/sim/stats" && request.method == "GET") {
    return net::HttpResponse::json(200, json::serialize(world_.stats.to_json()));
  }
  if (path == "/sim/reset" && request.method == "POST") {
    world_.stats.reset();
    world_.connections = 0;
    return net::HttpResponse::json(200, "{}");
  }
  if (path == "/sim/script" && request.method == "POST") return take_script(request);
  if (path == "/v1/realtime/client_secrets" && request.method == "POST") {
    return door_.make_secret(request);
  }
  return error_response(404,
                        {"", "Invalid URL (" + request.method + " " + std::string(path) + ")"});
}

net::HttpResponse Cloud::take_script(const net::HttpRequest& request) {
  auto script = parse_script(request.body);
  if (!script) return error_response(400, {"invalid_script", script.error().message});
  world_.script = *script;
  world_.connections = 0;
  return net::HttpResponse::json(200, "{}");
}

std::optional<net::HttpResponse> Cloud::refuse_by_script(Admission& admission) {
  const auto& refusal = world_.script->refusal;
  if (world_.connections >= refusal.connections) return {};
  WireError error{refusal.code, refusal.message, {}, refusal.type};
  if (refusal.http_status == 0) {
    admission.refusal = std::move(error);
    admission.close_code = static_cast<std::uint16_t>(refusal.close_code);
    return {};
  }
  ++world_.connections;
  world_.stats.count("refused_connections");
  auto response = error_response(refusal.http_status, error);
  if (refusal.retry_after > 0) {
    response.headers.set("Retry-After", std::to_string(refusal.retry_after));
  }
  return response;
}

net::UpgradeDecision Cloud::decide(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  if (request.path() != "/v1/realtime") {
    decision.refusal =
        error_response(404, {"", "Invalid URL (GET " + std::string(request.path()) + ")"});
    return decision;
  }
  auto admission = door_.admit(request);
  decision.refusal = refuse_by_script(admission);
  for (const auto& offered : offered_subprotocols(request)) {
    if (offered == "realtime") decision.subprotocol = offered;
  }
  decision.limits = kLimits;
  decision.serve = [this, admission](std::unique_ptr<net::WsConnection> socket) {
    return serve_connection(world_, std::move(socket), admission);
  };
  return decision;
}

}  // namespace callosum::sim::openai
