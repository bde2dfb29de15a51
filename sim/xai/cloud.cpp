#include "sim/xai/cloud.hpp"

#include "sim/realtime/connection.hpp"
#include "sim/xai/xai_dialect.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai {
namespace {

Service make_service(World& world, KeptConversations& kept, Arrival arrival) {
  Service service{.world = world,
                  .dialect = dialect(),
                  .model = arrival.model,
                  .refusal = {},
                  .make_partner = {}};
  service.make_partner = [&kept, arrival = std::move(arrival)](Wire& wire, Timeline& timeline) {
    return std::make_unique<Dialogue>(wire, timeline, kept, arrival);
  };
  return service;
}

}  // namespace

boost::asio::awaitable<void> serve_connection(World& world, KeptConversations& kept,
                                              Arrival arrival,
                                              std::unique_ptr<net::WsConnection> socket) {
  return sim::serve_connection(make_service(world, kept, std::move(arrival)), std::move(socket));
}

net::HttpResponse Cloud::error_response(int status, const WireError& error) const {
  return xai::error_response(status, error);
}

std::shared_ptr<Script> Cloud::make_script() const { return std::make_shared<XaiScript>(); }

net::HttpResponse Cloud::make_secret(const net::HttpRequest& request) {
  return door_.make_secret(request);
}

net::UpgradeDecision Cloud::admit(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  auto service = make_service(world(), kept_, Door::arrival_of(request));
  decision.refusal = door_.check(request);
  if (!decision.refusal) decision.refusal = refuse_by_script(service.refusal, service.close_code);
  decision.subprotocol = secret_subprotocol(request);
  decision.serve = [service](std::unique_ptr<net::WsConnection> socket) {
    return sim::serve_connection(service, std::move(socket));
  };
  return decision;
}

}  // namespace callosum::sim::xai
