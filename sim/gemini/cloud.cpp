#include "sim/gemini/cloud.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "sim/gemini/connection.hpp"

namespace callosum::sim::gemini {
namespace {

namespace asio = boost::asio;

/// A minute of sound in one message; and room for a huge one to a slow reader.
const net::WsLimits kLimits{
    .max_message_bytes = 24u << 20, .max_control_frames_per_s = 100, .max_queued_bytes = 64u << 20};

struct StatusWord {
  int status;
  std::string_view word;
};
constexpr std::array<StatusWord, 6> kWords{{{400, "INVALID_ARGUMENT"},
                                            {401, "UNAUTHENTICATED"},
                                            {403, "PERMISSION_DENIED"},
                                            {404, "NOT_FOUND"},
                                            {429, "RESOURCE_EXHAUSTED"},
                                            {503, "UNAVAILABLE"}}};

net::HttpResponse error_response(int status, const std::string& message) {
  std::string_view word = "INTERNAL";
  for (const auto& row : kWords) {
    if (row.status == status) word = row.word;
  }
  const json::object body{{"error", {{"code", status}, {"message", message}, {"status", word}}}};
  return net::HttpResponse::json(status, json::serialize(body));
}

net::HttpResponse not_found(const net::HttpRequest& request) {
  return error_response(
      404, "The requested URL " + std::string(request.path()) + " was not found on this server.");
}

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
  if (request.method != "POST") return not_found(request);
  if (path == "/sim/reset") {
    world_.stats.reset();
    world_.connections = 0;
    return net::HttpResponse::json(200, "{}");
  }
  if (path == "/sim/script") return take_script(request);
  const auto version = tokens_version(path);
  return version.empty() ? not_found(request) : make_token(request, version);
}

net::HttpResponse Cloud::take_script(const net::HttpRequest& request) {
  auto script = parse_script(request.body);
  if (!script) return error_response(400, script.error().message);
  world_.script = *script;
  world_.connections = 0;
  return net::HttpResponse::json(200, "{}");
}

net::HttpResponse Cloud::make_token(const net::HttpRequest& request, const std::string& version) {
  if (const auto refused = gate_.refuse_key(request)) return error_response(400, refused->reason);
  const auto made = world_.tokens.make(request.body, {Product::gemini, version});
  if (!made) return error_response(400, made.error().message);
  world_.stats.count("tokens");
  return net::HttpResponse::json(200, json::serialize(*made));
}

std::optional<net::HttpResponse> Cloud::refuse_by_script(Admission& admission) {
  const auto& refusal = world_.script->refusal;
  int status = world_.script->refuses_by_http && admission.refusal ? 403 : 0;
  if (world_.connections < refusal.connections) {
    admission.refusal = Complaint{.counter = "refused_connections",
                                  .code = static_cast<std::uint16_t>(refusal.code),
                                  .reason = refusal.message};
    status = refusal.http_status;
  }
  if (status == 0) return {};
  ++world_.connections;
  world_.stats.count("refused_connections");
  return error_response(status, admission.refusal->reason);
}

net::UpgradeDecision Cloud::decide(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  const auto place = find_place(request.path());
  if (!place) {
    decision.refusal = not_found(request);
    return decision;
  }
  auto admission = gate_.admit(request, *place);
  decision.refusal = refuse_by_script(admission);
  decision.limits = kLimits;
  decision.serve = [this, admission](std::unique_ptr<net::WsConnection> socket) {
    return serve_connection(world_, std::move(socket), admission);
  };
  return decision;
}

}  // namespace callosum::sim::gemini
