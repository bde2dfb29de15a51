#include <boost/asio/ip/address_v6.hpp>
#include <charconv>

#include "base/text.hpp"
#include "net/client.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

namespace {

Error bad(const std::string& why) {
  return fail(ErrorType::validation,
              "not a URL: " + why + "; expected like wss://example.com:443/path");
}

std::uint16_t usual_port(std::string_view scheme) {
  return scheme == "https" || scheme == "wss" ? 443 : 80;
}

/// "host", "host:port", "[v6]", "[v6]:port".
Result<void> parse_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) return bad("a user name does not belong in it");
  if (!is_http_host(text)) return bad("the host is missing or malformed");
  std::string_view host = text;
  std::string_view port;
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    const char* const end = port.data() + port.size();
    const auto [stopped, error] = std::from_chars(port.data(), end, url.port);
    if (error != std::errc() || stopped != end || url.port == 0) {
      return bad("the port must be 1 to 65535");
    }
  }
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(std::string(host), error);
    if (error) return bad("the address in brackets is not IPv6");
  }
  if (host.size() > 253) return bad("the host is too long");
  url.host = host;
  return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) return bad("the scheme is missing");
  url.scheme = to_lower_ascii(text.substr(0, mark));
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss") {
    return bad("the scheme must be http, https, ws or wss");
  }
  url.port = usual_port(url.scheme);
  auto rest = text.substr(mark + 3);
  rest = rest.substr(0, rest.find('#'));  // a fragment is never sent
  const auto end = rest.find_first_of("/?");
  if (const auto parsed = parse_authority(rest.substr(0, end), url); !parsed) return parsed.error();
  if (end != std::string_view::npos) url.target = rest.substr(end);
  if (url.target.front() == '?') url.target.insert(0, "/");
  if (const auto fault = check_target("GET", url.target)) return bad(std::string(fault->reason));
  return url;
}

}  // namespace callosum::net
