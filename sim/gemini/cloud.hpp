#pragma once

#include <string>

#include "net/server.hpp"
#include "sim/gemini/door.hpp"

namespace callosum::sim::gemini {

/// Google's Live service: both products' WebSockets, POST /{version}/auth_tokens; and for tests
/// GET /sim/stats, POST /sim/reset, POST /sim/script (YAML; for connections from then on).
class Cloud final : public net::HttpHandler {
 public:
  Cloud(World& world, std::string key) : world_(world), gate_(world, std::move(key)) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse take_script(const net::HttpRequest& request);
  net::HttpResponse make_token(const net::HttpRequest& request, const std::string& version);
  net::UpgradeDecision decide(const net::HttpRequest& request);
  std::optional<net::HttpResponse> refuse_by_script(Admission& admission);

  World& world_;
  Gate gate_;
};

}  // namespace callosum::sim::gemini
