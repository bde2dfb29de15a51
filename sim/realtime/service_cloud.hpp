#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/server.hpp"
#include "sim/realtime/checks.hpp"
#include "sim/realtime/world.hpp"

namespace callosum::sim {

/// A vendor's service on one address: its REST calls and its WebSocket /v1/realtime; and for tests
/// GET /sim/stats, POST /sim/reset, POST /sim/script (YAML; for connections from then on).
class ServiceCloud : public net::HttpHandler {
 public:
  explicit ServiceCloud(World& world) : world_(world) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 protected:
  virtual net::HttpResponse error_response(int status, const WireError& error) const = 0;
  virtual std::shared_ptr<Script> make_script() const { return std::make_shared<Script>(); }
  virtual net::HttpResponse make_secret(const net::HttpRequest& request) = 0;
  /// Of a request for /v1/realtime.
  virtual net::UpgradeDecision admit(const net::HttpRequest& request) = 0;

  /// What the script refuses: before the upgrade, or by these behind it.
  std::optional<net::HttpResponse> refuse_by_script(std::optional<WireError>& refusal,
                                                    std::uint16_t& close_code);
  World& world() { return world_; }

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse take_script(const net::HttpRequest& request);

  World& world_;
};

/// The subprotocols that a client offers, in its order.
std::vector<std::string> offered_subprotocols(const net::HttpRequest& request);

}  // namespace callosum::sim
