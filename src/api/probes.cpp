#include "api/probes.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

asio::awaitable<net::HttpResponse> HealthResource::handle(const net::HttpRequest&,
                                                          const std::vector<std::string>&) {
  co_return net::HttpResponse::json(200, R"({"status":"ok"})");
}

asio::awaitable<net::HttpResponse> ReadyResource::handle(const net::HttpRequest&,
                                                         const std::vector<std::string>&) {
  const auto reason = why_not_();
  if (reason.empty()) co_return net::HttpResponse::json(200, R"({"status":"ready"})");
  const json::object body{{"status", "not ready"}, {"reason", reason}};
  co_return net::HttpResponse::json(503, json::serialize(body));
}

asio::awaitable<net::HttpResponse> MetricsResource::handle(const net::HttpRequest&,
                                                           const std::vector<std::string>&) {
  refresh_();
  auto response = net::HttpResponse::text(200, metrics_.render());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return response;
}

}  // namespace callosum::api
