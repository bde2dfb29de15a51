#pragma once

#include <memory>
#include <string>

#include "net/server.hpp"
#include "sim/openai/admission.hpp"
#include "sim/openai/world.hpp"

namespace callosum::sim::openai {

/// OpenAI's Realtime service: GET /v1/realtime as a WebSocket, POST /v1/realtime/client_secrets;
/// and for tests GET /sim/stats, POST /sim/reset, POST /sim/script (YAML; for connections from then
/// on).
class Cloud final : public net::HttpHandler {
 public:
  Cloud(World& world, std::string key) : world_(world), door_(world, std::move(key)) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse take_script(const net::HttpRequest& request);
  net::UpgradeDecision decide(const net::HttpRequest& request);
  std::optional<net::HttpResponse> refuse_by_script(Admission& admission);

  World& world_;
  Door door_;
};

}  // namespace callosum::sim::openai
