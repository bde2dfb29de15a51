#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "base/ids.hpp"
#include "net/server_connection.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string ServerShared::report(const std::exception_ptr& failure) {
  ++handler_failures;
  SystemRandom random;
  const std::string id = make_id("err_", random);
  if (!options.log) return id;
  options.log(id, cause_of(failure));
  return id;
}

Peer describe_peer(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {"unknown", false};
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return {host + ":" + std::to_string(endpoint.port()), address.is_loopback()};
}

}  // namespace callosum::net
