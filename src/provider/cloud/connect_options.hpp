#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/client.hpp"
#include "net/tls.hpp"
#include "net/ws_connection.hpp"

namespace callosum::provider::cloud {

/// How a vendor's service is reached.
struct CloudOptions {
  std::string url;  ///< wss://api.openai.com/v1/realtime, or a compatible server
  Secret key;
  std::string model;
  std::shared_ptr<net::TlsContext> tls;
  std::shared_ptr<net::QueueBudget> queue_budget;  ///< null: none
};

/// `url` with one more parameter, escaped.
std::string with_parameter(const std::string& url, std::string_view key, std::string_view value);

/// A bounded socket of such a service at `path` of its url, without our key: that goes where each
/// wants it.
net::WsConnectOptions socket_at(const CloudOptions& options, std::string_view path);

/// The socket of such a service: its model in the address, our key in the head, bounded.
net::WsConnectOptions connect_options(const CloudOptions& options);

}  // namespace callosum::provider::cloud
