#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/deadline.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"
#include "net/ws_connection.hpp"

namespace callosum::net {

struct Url {
  std::string scheme;  ///< http, https, ws, wss
  std::string host;    ///< without brackets
  std::uint16_t port = 0;
  std::string target = "/";  ///< path and query
  bool is_tls() const { return scheme == "https" || scheme == "wss"; }
};
/// VALIDATION with what was expected.
Result<Url> parse_url(std::string_view text);

struct WsConnectOptions {
  std::string url;  ///< ws:// or wss://
  HttpFields headers;
  std::vector<std::string> subprotocols;
  std::shared_ptr<TlsContext> tls;  ///< null: the system's authorities, for wss
  WsLimits limits;
};

/// Resolve, connect, TLS, upgrade: all within the deadline. An HTTP refusal is AUTH (401, 403),
/// RATE_LIMIT (429), TRANSIENT (5xx, network) or PERMANENT, its body in `detail`.
boost::asio::awaitable<Result<std::unique_ptr<WsConnection>>> connect_websocket(
    async::TimeSource& time, WsConnectOptions options, async::Deadline deadline);

/// Which addresses a host may resolve to.
enum class Reach : std::uint8_t { anywhere, public_only };

struct HttpClientOptions {
  std::shared_ptr<TlsContext> tls;
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes =
      1 << 20;  ///< beyond: OUTPUT_TOO_LARGE, and the connection is dropped
  Reach reach = Reach::anywhere;
  /// Takes gzip, and gives the body without it; the cap is on both sides of that.
  bool decodes = false;
  /// Called with the body's bytes as they come, still coded, and the status that they belong to.
  std::function<void(int status, std::string_view bytes)> on_body;
  /// Set before the first byte of the request may leave; the caller's, alive until the end.
  bool* may_have_left = nullptr;
  /// May go over a connection that an earlier request to the same place left, and be sent again
  /// where that one turns out to be closed: only for what does no harm if it arrives twice.
  bool may_repeat = false;
};

/// One request, on a connection of its own unless it may repeat. `request.target` is taken from
/// `url`. Never follows a redirect.
boost::asio::awaitable<Result<HttpResponse>> send_http(async::TimeSource& time, std::string url,
                                                       HttpRequest request,
                                                       HttpClientOptions options,
                                                       async::Deadline deadline);

}  // namespace callosum::net
