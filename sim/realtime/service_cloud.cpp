#include "sim/realtime/service_cloud.hpp"

#include <boost/json/serialize.hpp>

#include "base/text.hpp"

namespace callosum::sim {
namespace {

namespace asio = boost::asio;

/// 15 MiB of sound in one event; and room for a huge event to a slow reader.
const net::WsLimits kLimits{
    .max_message_bytes = 24u << 20, .max_control_frames_per_s = 100, .max_queued_bytes = 64u << 20};

}  // namespace

asio::awaitable<net::HttpResponse> ServiceCloud::handle(const net::HttpRequest& request) {
  co_return answer(request);
}

asio::awaitable<net::UpgradeDecision> ServiceCloud::upgrade(const net::HttpRequest& request) {
  if (request.path() == "/v1/realtime") {
    auto decision = admit(request);
    decision.limits = kLimits;
    co_return decision;
  }
  net::UpgradeDecision decision;
  decision.refusal =
      error_response(404, {"", "Invalid URL (GET " + std::string(request.path()) + ")"});
  co_return decision;
}

net::HttpResponse ServiceCloud::answer(const net::HttpRequest& request) {
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
    return make_secret(request);
  }
  return error_response(404,
                        {"", "Invalid URL (" + request.method + " " + std::string(path) + ")"});
}

net::HttpResponse ServiceCloud::take_script(const net::HttpRequest& request) {
  auto script = parse_script(request.body, make_script());
  if (!script) return error_response(400, {"invalid_script", script.error().message});
  world_.script = *script;
  world_.connections = 0;
  return net::HttpResponse::json(200, "{}");
}

std::optional<net::HttpResponse> ServiceCloud::refuse_by_script(std::optional<WireError>& into,
                                                                std::uint16_t& close_code) {
  const auto& refusal = world_.script->refusal;
  if (world_.connections >= refusal.connections) return {};
  WireError error{refusal.code, refusal.message, {}, refusal.type};
  if (refusal.http_status == 0) {
    into = std::move(error);
    close_code = static_cast<std::uint16_t>(refusal.close_code);
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

std::vector<std::string> offered_subprotocols(const net::HttpRequest& request) {
  std::vector<std::string> out;
  for (const auto part : split(request.headers.get("Sec-WebSocket-Protocol"), ',')) {
    const auto name = trim(part);
    if (!name.empty()) out.emplace_back(name);
  }
  return out;
}

}  // namespace callosum::sim
