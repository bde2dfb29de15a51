#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "net/byte_stream.hpp"
#include "net/client.hpp"

namespace callosum::net {

/// Resolve, connect, TLS where the URL says so. Ends by the deadline even if the resolver hangs.
/// `reach` is asked of each address that the host resolves to, and only such a one is connected to:
/// there is no second look-up that could say something else. PERMANENT where none may be reached.
boost::asio::awaitable<Result<std::unique_ptr<ByteStream>>> connect_stream(
    Url url, std::shared_ptr<TlsContext> tls, async::Deadline deadline,
    Reach reach = Reach::anywhere);

/// "example.com", "example.com:8080", "[::1]:8080": as Host wants it.
std::string host_field(const Url& url);

}  // namespace callosum::net
