#pragma once

#include <string>
#include <string_view>

#include "async/time_source.hpp"
#include "base/result.hpp"
#include "net/server.hpp"

namespace CLI {
class App;
}

namespace callosum::sim {

struct ListenOptions {
  std::string address = "127.0.0.1:0";  ///< port 0: any free one
  std::string cert_file;
  std::string key_file;
  std::string tls_dir;        ///< a certificate of its own is made there
  std::string scheme = "ws";  ///< that the first line names; with TLS an s behind it
};

/// --listen, --tls-cert, --tls-key, --tls-auto: the same for every vendor.
void add_listen_options(CLI::App& command, ListenOptions& options);

/// ADDRESS:PORT, [V6]:PORT; VALIDATION otherwise.
Result<void> parse_address(const std::string& text, net::ServerOptions& into);

/// Prints `callosum-sim NAME listening on ws://ADDR:PORT/PATH` (or http:) and serves until SIGTERM
/// or SIGINT.
Result<void> serve_until_told(async::TimeSource& time, net::HttpHandler& handler,
                              const ListenOptions& options, std::string_view name,
                              std::string_view path);

}  // namespace callosum::sim
