#pragma once

#include <boost/asio/ssl/context.hpp>

#include "net/tls.hpp"

namespace callosum::net {

class TlsContext {
 public:
  explicit TlsContext(boost::asio::ssl::context::method method) : context(method) {}

  boost::asio::ssl::context context;
  bool verifies_peer = false;
};

}  // namespace callosum::net
