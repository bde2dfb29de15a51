#include "api/router.hpp"

#include "async/cancellation.hpp"
#include "base/ids.hpp"

namespace callosum::api {

namespace asio = boost::asio;

void Router::add_upgrade(std::string path, Upgrade upgrade) {
  upgrades_.emplace_back(std::move(path), std::move(upgrade));
}

std::vector<Router::Route> Router::routes() const {
  std::vector<Route> out;
  for (const auto* resource : resources_) {
    out.push_back({std::string(resource->method()), std::string(resource->path())});
  }
  for (const auto& upgrade : upgrades_) out.push_back({"GET", upgrade.first});
  return out;
}

asio::awaitable<net::HttpResponse> Router::handle(const net::HttpRequest& request) {
  std::string allowed;
  std::vector<std::string> parts;
  const bool is_head = request.method == "HEAD";
  const std::string method = is_head ? "GET" : request.method;
  for (auto* resource : resources_) {
    if (!match_path(resource->path(), request.path(), parts)) continue;
    if (resource->method() != method || (is_head && !resource->answers_head())) {
      if (!allowed.empty()) allowed += ", ";
      allowed += resource->method();
      continue;
    }
    std::exception_ptr bug;
    try {
      auto response = co_await resource->handle(request, parts);
      co_return response;
    } catch (...) {
      bug = std::current_exception();
    }
    if (async::is_cancellation(bug)) std::rethrow_exception(bug);
    // The cause stays in the log, under an id that is in the answer.
    SystemRandom random;
    const auto id = make_id("err_", random);
    std::string what = "unknown";
    try {
      std::rethrow_exception(bug);
    } catch (const std::exception& exception) {
      what = exception.what();
    } catch (...) {
    }
    log_.error("http_bug", {{"error_id", id}, {"path", resource->path()}, {"what", what}});
    co_return net::HttpResponse::json(
        500, R"({"error":{"type":"INTERNAL","message":"something went wrong","error_id":")" + id +
                 "\"}}");
  }
  if (!allowed.empty()) {
    auto response = net::HttpResponse::json(
        405, R"({"error":{"type":"VALIDATION","message":"this method is not for this path"}})");
    response.headers.set("Allow", allowed);
    co_return response;
  }
  for (const auto& [path, upgrade] : upgrades_) {
    if (path != request.path()) continue;
    auto response = net::HttpResponse::json(
        426,
        R"({"error":{"type":"VALIDATION","message":"connect to this path with a WebSocket"}})");
    response.headers.set("Upgrade", "websocket");  // RFC 9110 §15.5.22
    co_return response;
  }
  co_return net::HttpResponse::json(
      404, R"({"error":{"type":"NOT_FOUND","message":"there is nothing at this path"}})");
}

asio::awaitable<net::UpgradeDecision> Router::upgrade(const net::HttpRequest& request) {
  for (const auto& [path, upgrade] : upgrades_) {
    if (path != request.path()) continue;
    auto decision = co_await upgrade(request);
    co_return decision;
  }
  net::UpgradeDecision decision;
  decision.refusal = net::HttpResponse::json(
      404, R"({"error":{"type":"NOT_FOUND","message":"no WebSocket is served at this path"}})");
  co_return decision;
}

}  // namespace callosum::api
