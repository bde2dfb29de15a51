#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/server.hpp"
#include "sim/realtime/reply.hpp"
#include "sim/serve.hpp"

namespace callosum::sim {

/// Bytes of a body, and how long is waited before them.
struct StreamPiece {
  Ms delay{0};
  std::string bytes;
};

/// An answer whose body comes piece by piece. Data alone: who makes it needs no socket.
struct StreamPlan {
  net::HttpResponse head;  ///< its body is not sent
  std::vector<StreamPiece> pieces;
  std::optional<Manner> cut;  ///< how it breaks off behind its last piece; none: it is whole
  std::function<void()> on_left = {};  ///< the client has gone before the end

  /// For those who cannot wait in the middle: all of it at once, and how late.
  net::HttpResponse whole() const;
  Ms length() const;
};

/// Beside a handler: says which answers are streams.
class StreamPlanner {
 public:
  virtual ~StreamPlanner() = default;
  /// Nothing: the handler answers.
  virtual boost::asio::awaitable<std::optional<StreamPlan>> plan(
      const net::HttpRequest& request) = 0;
};

/// As serve_until_told, but bodies come in their own time where `handler` is a StreamPlanner too.
/// Over TLS they come whole, in the end.
Result<void> serve_streams_until_told(async::TimeSource& time, net::HttpHandler& handler,
                                      const ListenOptions& options, std::string_view name,
                                      std::string_view path);

}  // namespace callosum::sim
