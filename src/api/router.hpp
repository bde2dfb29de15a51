#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/resource.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// Finds the resource for a request: 404 for a path nobody has, 405 with `Allow` for a method it
/// has not.
class Router final : public net::HttpHandler {
 public:
  using Upgrade =
      std::function<boost::asio::awaitable<net::UpgradeDecision>(const net::HttpRequest&)>;

  struct Route {
    std::string method;
    std::string path;
    auto operator<=>(const Route&) const = default;
  };

  explicit Router(telemetry::Log& log) : log_(log) {}
  void add(Resource& resource) { resources_.push_back(&resource); }
  void add_upgrade(std::string path, Upgrade upgrade);
  /// All there is; a WebSocket's is GET.
  std::vector<Route> routes() const;

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 private:
  telemetry::Log& log_;
  std::vector<Resource*> resources_;
  std::vector<std::pair<std::string, Upgrade>> upgrades_;
};

}  // namespace callosum::api
