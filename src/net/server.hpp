#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/deadline.hpp"
#include "net/admission.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"
#include "net/ws_connection.hpp"

namespace callosum::net {

/// What to do with a request to become a WebSocket: refuse with a response, or serve it.
struct UpgradeDecision {
  std::optional<HttpResponse> refusal;
  std::string subprotocol;  ///< the one chosen of those offered; empty: none
  WsLimits limits;
  /// Owns the connection from then on; the server joins it at stop.
  std::function<boost::asio::awaitable<void>(std::unique_ptr<WsConnection>)> serve;
};

/// Answers requests. Called on the server's thread; what it throws becomes a 500 without a cause.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual boost::asio::awaitable<HttpResponse> handle(const HttpRequest& request) = 0;
  virtual boost::asio::awaitable<UpgradeDecision> upgrade(const HttpRequest& request) = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                    ///< 0: any free one
  bool reuse_port = false;                   ///< one listener a thread on one port
  std::shared_ptr<TlsContext> tls;           ///< null: plain
  std::size_t max_connections = 4096;        ///< of this listener; beyond: 503 and close
  std::shared_ptr<Admission> admission;      ///< of all listeners of the process; null: none
  std::size_t max_header_bytes = 16 * 1024;  ///< beyond: 431
  std::size_t max_headers = 100;
  std::size_t max_body_bytes = 1 << 20;        ///< beyond: 413
  std::chrono::seconds header_timeout{5};      ///< also the TLS handshake's
  std::chrono::seconds body_idle_timeout{10};  ///< also for an answer that is not read
  std::chrono::seconds body_timeout{120};      ///< for all of a body
  std::chrono::seconds handler_timeout{60};
  std::chrono::seconds keep_alive_timeout{30};
  /// Where a handler's exception goes, with the id that the client was told. Empty: nowhere.
  std::function<void(const std::string& error_id, const std::string& what)> log;
};

/// HTTP/1.1 and WebSocket on one listener and one thread. Strict (RFC 9112): anything ambiguous is
/// a 400 and a close, before any handler runs.
class Server {
 public:
  virtual ~Server() = default;
  /// The port in force, also where 0 was asked.
  virtual std::uint16_t port() const = 0;
  /// Accepts until stopped, then waits for the connections to end.
  virtual boost::asio::awaitable<void> run() = 0;
  /// No new connections; idle ones and half requests end now; those in a handler by the deadline,
  /// then they are cut.
  virtual void stop(async::Deadline deadline) = 0;
  virtual std::size_t connections() const = 0;
  /// Exceptions that handlers have thrown so far.
  virtual std::uint64_t handler_failures() const = 0;
};

/// Listens at once, so that a port in use is known now: an error that says which and what to do.
Result<std::unique_ptr<Server>> make_server(boost::asio::any_io_executor executor,
                                            async::TimeSource& time, HttpHandler& handler,
                                            const ServerOptions& options);

}  // namespace callosum::net
