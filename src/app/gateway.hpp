#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/router.hpp"
#include "app/parts.hpp"
#include "net/tls.hpp"

namespace callosum::app {

struct GatewayOptions {
  /// Also listens with TLS, on this port (0: none of its own; with `tls` and port 0 any free one).
  std::shared_ptr<net::TlsContext> tls;
  bool has_own_tls_listener = false;  ///< else `tls` is the main listener's
  std::uint16_t tls_port = 0;
  bool admin_on_main = false;  ///< `demo`: one listener for all
};

/// The running server: one thread and one io_context a processor, each with its own listeners on
/// the same ports, its own executor and its own sessions. Nothing is shared but what Parts holds.
class Gateway {
 public:
  /// Listens at once; an error says which address is taken.
  static Result<std::unique_ptr<Gateway>> make(std::unique_ptr<Parts> parts,
                                               const GatewayOptions& options);
  ~Gateway();

  std::uint16_t port() const;
  std::uint16_t tls_port() const;    ///< 0: none
  std::uint16_t admin_port() const;  ///< 0: on the main listener
  Parts& parts();
  /// What is answered on either listener.
  std::vector<api::Router::Route> routes() const;

  /// Serves until SIGTERM or SIGINT, then says goodbye and drains; a second signal ends it at once.
  /// The exit status.
  int run();

 private:
  struct State;
  explicit Gateway(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace callosum::app
