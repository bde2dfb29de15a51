#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "net/ws_connection.hpp"
#include "sim/openai/session_config.hpp"
#include "sim/realtime/world.hpp"

namespace callosum::sim::openai {

/// What the handshake said about a connection. A failure is told behind the upgrade, as the vendor
/// does (protocol §2.1): an error event, then a close with `type.code` as its reason.
struct Admission {
  std::optional<WireError> refusal;
  std::uint16_t close_code = 4000;
  SessionKind kind = SessionKind::realtime;
  std::string model;
  std::optional<json::object> preset;  ///< the session that a client secret was made with
};

/// Serves one connection until either side ends it. `world` outlives it.
boost::asio::awaitable<void> serve_connection(World& world,
                                              std::unique_ptr<net::WsConnection> socket,
                                              Admission admission);

}  // namespace callosum::sim::openai
