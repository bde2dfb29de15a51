#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "net/ws_connection.hpp"
#include "sim/gemini/dialogue.hpp"

namespace callosum::sim::gemini {

/// Serves one connection until either side ends it. `world` outlives it.
boost::asio::awaitable<void> serve_connection(World& world,
                                              std::unique_ptr<net::WsConnection> socket,
                                              Admission admission);

}  // namespace callosum::sim::gemini
