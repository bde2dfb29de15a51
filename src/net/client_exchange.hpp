#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/byte_stream.hpp"
#include "net/http_encode.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

/// A request, and how its response is read.
struct HttpExchange {
  const HttpRequest& request;
  std::string host;
  HttpLimits limits;
  /// With the body's bytes as they come; empty: nobody wants them before the end.
  std::function<void(int status, std::string_view bytes)> on_body = {};
  bool keeps_alive = false;  ///< does not ask the server to close
};

/// What an exchange left of its connection.
struct AfterExchange {
  std::string left_over;   ///< what came behind the response
  bool has_heard = false;  ///< a byte of the response, at least
  bool may_go_on = false;  ///< the next request may follow
};

/// Sends the request and reads its response. The caller bounds it in time.
boost::asio::awaitable<Result<HttpResponse>> exchange_http(ByteStream& stream,
                                                           const HttpExchange& exchange,
                                                           AfterExchange& after);

}  // namespace callosum::net
