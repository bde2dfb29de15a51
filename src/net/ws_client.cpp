#include "async/with_deadline.hpp"
#include "net/client.hpp"
#include "net/client_exchange.hpp"
#include "net/connect.hpp"
#include "net/ws_handshake.hpp"
#include "net/ws_link.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxDetailBytes = 2048;

Error describe_refusal(const HttpResponse& response) {
  const int status = response.status;
  ErrorType type = ErrorType::permanent;
  if (status == 401 || status == 403) type = ErrorType::auth;
  if (status == 429) type = ErrorType::rate_limit;
  if (status == 408 || status >= 500) type = ErrorType::transient;
  return fail(type, "the server refused the WebSocket with HTTP " + std::to_string(status),
              response.body.substr(0, kMaxDetailBytes));
}

asio::awaitable<Result<std::unique_ptr<WsConnection>>> upgrade(async::TimeSource& time, Url url,
                                                               WsConnectOptions options,
                                                               async::Deadline deadline) {
  SystemRandom random;
  const std::string key = make_ws_key(random);
  const HttpRequest request = make_upgrade(url, options, key);
  if (!is_encodable(request)) {
    co_return fail(ErrorType::validation, "a header field holds what may not be sent");
  }
  const std::string host = host_field(url);
  auto connecting = connect_stream(url, options.tls, deadline);
  auto stream = co_await std::move(connecting);
  if (!stream) co_return stream.error();
  AfterExchange after;
  const HttpExchange exchange{request, host, HttpLimits{}};
  auto exchanging = exchange_http(**stream, exchange, after);
  auto response = co_await std::move(exchanging);
  if (!response) co_return response.error();
  if (response->status != 101) co_return describe_refusal(*response);
  auto subprotocol = check_accepted(*response, key, options.subprotocols);
  if (!subprotocol) co_return subprotocol.error();
  WsLinkParts parts;
  parts.first_bytes = std::move(after.left_over);
  parts.stream = std::move(*stream);
  parts.role = WsRole::client;
  parts.limits = options.limits;
  parts.subprotocol = std::move(*subprotocol);
  parts.peer = url.host + ":" + std::to_string(url.port);
  co_return make_ws_connection(time, std::move(parts));
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<WsConnection>>> connect_websocket(async::TimeSource& time,
                                                                         WsConnectOptions options,
                                                                         async::Deadline deadline) {
  auto url = parse_url(options.url);
  if (!url) co_return url.error();
  if (url->scheme != "ws" && url->scheme != "wss") {
    co_return fail(ErrorType::validation, "the URL of a WebSocket begins with ws:// or wss://");
  }
  auto work = upgrade(time, std::move(*url), std::move(options), deadline);
  co_return co_await async::with_deadline(deadline, std::move(work));
}

}  // namespace callosum::net
