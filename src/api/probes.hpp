#pragma once

#include <functional>

#include "api/resource.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::api {

/// `GET /healthz`: the process lives.
class HealthResource final : public Resource {
 public:
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/healthz"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest&,
                                                   const std::vector<std::string>&) override;
};

/// `GET /readyz`: new sessions are welcome; 503, with the reason, while starting or shutting down,
/// or while nothing can be recorded.
class ReadyResource final : public Resource {
 public:
  /// `why_not`: empty when ready.
  explicit ReadyResource(std::function<std::string()> why_not) : why_not_(std::move(why_not)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/readyz"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest&,
                                                   const std::vector<std::string>&) override;

 private:
  std::function<std::string()> why_not_;
};

/// `GET /metrics`: Prometheus text. `refresh` sets what is only looked at when somebody asks.
class MetricsResource final : public Resource {
 public:
  MetricsResource(telemetry::Metrics& metrics, std::function<void()> refresh)
      : metrics_(metrics), refresh_(std::move(refresh)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/metrics"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest&,
                                                   const std::vector<std::string>&) override;

 private:
  telemetry::Metrics& metrics_;
  std::function<void()> refresh_;
};

}  // namespace callosum::api
