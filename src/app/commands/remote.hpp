#pragma once

#include <string>

#include "base/result.hpp"
#include "config/load.hpp"

namespace CLI {
class App;
}

namespace callosum::app {

/// A running gateway, as `--to` and `--token` name it; empty: the demo's.
struct RemoteGateway {
  std::string to;
  std::string token;
  std::string pack;  ///< the only one of a conversation; empty: all that are there
};

void add_remote_options(CLI::App& verb, RemoteGateway& gateway);

/// For verbs that hold a conversation.
void add_pack_option(CLI::App& verb, RemoteGateway& gateway);

struct CallOptions;
/// A call to it; with a pack, in a session that is made for it. `ca_file`: trusted besides, for
/// wss:.
Result<CallOptions> call_to(const RemoteGateway& gateway, const std::string& ca_file,
                            const config::Environment& env);

struct AdminRequest {
  std::string method;
  std::string path;  ///< "/api/admin/tenants"
  std::string body;  ///< JSON; empty: none
};
/// Asks that gateway over HTTP, mostly its admin surface: the answer's body, or an error with the
/// gateway's own words.
Result<std::string> ask_gateway(const RemoteGateway& gateway, const AdminRequest& request,
                                const config::Environment& env);

}  // namespace callosum::app
