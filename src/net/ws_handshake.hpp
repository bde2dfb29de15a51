#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "net/client.hpp"
#include "net/http.hpp"
#include "net/server.hpp"

namespace callosum::net {

/// Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2).
std::string ws_accept(std::string_view key);
std::string make_ws_key(Random& random);

/// Whether a request asks for a WebSocket at all (another upgrade is ignored, RFC 9110 §7.8).
bool asks_for_websocket(const HttpRequest& request);
/// Server: what is wrong with it, or nothing.
std::optional<HttpResponse> check_upgrade(const HttpRequest& request, bool is_http_1_0);
/// Server: the 101 with the subprotocol, if that was offered.
HttpResponse accept_upgrade(const HttpRequest& request, const std::string& subprotocol);
/// The subprotocols offered, in order.
std::vector<std::string> offered_subprotocols(const HttpRequest& request);

/// Client: the request that asks for it.
HttpRequest make_upgrade(const Url& url, const WsConnectOptions& options, const std::string& key);
/// Client: the subprotocol chosen, or why this 101 is none.
Result<std::string> check_accepted(const HttpResponse& response, std::string_view key,
                                   const std::vector<std::string>& offered);

}  // namespace callosum::net
