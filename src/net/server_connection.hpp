#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/byte_stream.hpp"
#include "net/http_pipe.hpp"
#include "net/http_syntax.hpp"
#include "net/server.hpp"

namespace callosum::net {

/// What the connections of a server share; outlives them all.
struct ServerShared {
  ServerShared(HttpHandler& h, async::TimeSource& t, ServerOptions o)
      : handler(h), time(t), options(std::move(o)) {}

  HttpLimits http_limits() const {
    return {options.max_header_bytes, options.max_headers, options.max_body_bytes};
  }
  /// Notes what a handler threw and returns the id under which it was logged.
  std::string report(const std::exception_ptr& failure);

  HttpHandler& handler;
  async::TimeSource& time;
  ServerOptions options;
  std::uint64_t handler_failures = 0;
  bool is_stopping = false;
};

/// Who is at the other end.
struct Peer {
  std::string name;  ///< "127.0.0.1:5000"
  bool is_loopback = false;
};
Peer describe_peer(const boost::asio::ip::tcp::socket& socket);

/// One accepted connection: requests in order, then perhaps a WebSocket.
class ServerConnection {
 public:
  /// `on_request` is told when the first request has come.
  ServerConnection(std::shared_ptr<ServerShared> shared, boost::asio::ip::tcp::socket socket,
                   std::function<void()> on_request);

  boost::asio::awaitable<void> run();
  /// Too many connections: says so and goes.
  boost::asio::awaitable<void> refuse(AdmissionVerdict why);
  /// The server stops: ends what waits for its peer, be it for a next request, the rest of one or
  /// its goodbye. Half a request is told that it was not heard.
  void end_if_waiting();

 private:
  struct WebSocket;
  class Exchange;

  boost::asio::awaitable<std::unique_ptr<WebSocket>> speak_http();

  std::shared_ptr<ServerShared> shared_;
  std::unique_ptr<ByteStream> stream_;
  Peer peer_;
  std::function<void()> on_request_;
  HttpPipe* waiting_pipe_ = nullptr;  ///< set while the peer is to say something
};

}  // namespace callosum::net
