#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/result.hpp"
#include "net/byte_stream.hpp"
#include "net/http_encode.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

/// Sends the request and reads its response; what came behind it is left in `left_over`. The caller
/// bounds it in time.
boost::asio::awaitable<Result<HttpResponse>> exchange_http(ByteStream& stream,
                                                           const HttpRequest& request,
                                                           std::string host, HttpLimits limits,
                                                           std::string& left_over);

}  // namespace callosum::net
