#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/ws_connection.hpp"
#include "sim/realtime/partner.hpp"
#include "sim/timeline.hpp"

namespace callosum::sim {

/// How to serve one connection.
struct Service {
  World& world;
  const Dialect& dialect;
  std::string model;
  /// Told behind the upgrade: an error event, then a close with `type.code` as its reason.
  std::optional<WireError> refusal;
  std::uint16_t close_code = 4000;
  std::function<std::unique_ptr<Partner>(Wire&, Timeline&)> make_partner;
};

/// Serves one connection until either side ends it.
boost::asio::awaitable<void> serve_connection(Service service,
                                              std::unique_ptr<net::WsConnection> socket);

}  // namespace callosum::sim
