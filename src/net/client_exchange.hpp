#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/result.hpp"
#include "net/byte_stream.hpp"
#include "net/http_encode.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

/// What an exchange does to its connection.
struct Exchange {
  bool wants_to_go_on = false;  ///< does not ask the server to close
  std::string left_over;        ///< what came behind the response
  bool has_heard = false;       ///< a byte of the response, at least
  bool may_go_on = false;       ///< the next request may follow
};

/// Sends the request and reads its response. The caller bounds it in time.
boost::asio::awaitable<Result<HttpResponse>> exchange_http(ByteStream& stream,
                                                           const HttpRequest& request,
                                                           std::string host, HttpLimits limits,
                                                           Exchange& exchange);

}  // namespace callosum::net
