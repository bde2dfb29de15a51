#include "channel/twilio/signature.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "net/hmac.hpp"

namespace callosum::channel::twilio {
namespace {

struct UrlParts {
  std::string_view scheme;
  std::string_view host;  // userinfo too, whole
  std::string_view port;  // empty: none is written
  std::string_view rest;  // path and query
};

UrlParts take_apart(std::string_view url) {
  UrlParts parts;
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return parts;
  parts.scheme = url.substr(0, colon);
  url.remove_prefix(colon + 3);
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  parts.host = url.substr(0, end);
  parts.rest = url.substr(end);
  const auto last = parts.host.rfind(':');
  const auto bracket = parts.host.rfind(']');
  const bool has_port = last != std::string_view::npos &&
                        (bracket == std::string_view::npos || bracket < last) &&
                        parts.host.find('@', last) == std::string_view::npos;
  if (!has_port) return parts;
  parts.port = parts.host.substr(last + 1);
  parts.host = parts.host.substr(0, last);
  return parts;
}

/// Of all candidates, whichever the first that fits: the time says nothing of where it was.
std::string find_signed(const Secret& auth_token, const std::vector<std::string>& urls,
                        const FormFields& fields, std::string_view signature) {
  std::string found;
  if (auth_token.empty()) return found;  // anybody can sign with nothing
  for (const auto& url : urls) {
    const bool fits = equal_in_constant_time(sign(auth_token, url, fields), signature);
    if (fits && found.empty()) found = url;
  }
  return found;
}

}  // namespace

std::string sign(const Secret& auth_token, std::string_view url, const FormFields& fields) {
  // By name, in the order of bytes; a name's values sorted and each once.
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : fields) sorted[name].insert(value);
  std::string text(url);
  for (const auto& [name, values] : sorted) {
    for (const auto value : values) {
      text += name;
      text += value;
    }
  }
  return encode_base64(net::hmac_sha1(auth_token.reveal(), text));
}

std::vector<std::string> port_variants(std::string_view url) {
  std::vector<std::string> out{std::string(url)};
  const auto parts = take_apart(url);
  if (parts.scheme.empty()) return out;
  const std::string head = std::string(parts.scheme) + "://" + std::string(parts.host);
  if (!parts.port.empty()) {
    out.push_back(head + std::string(parts.rest));
    return out;
  }
  const bool is_tls = parts.scheme == "https" || parts.scheme == "wss";
  out.push_back(head + (is_tls ? ":443" : ":80") + std::string(parts.rest));
  return out;
}

bool verify_form(const Secret& auth_token, std::string_view url, const FormFields& fields,
                 std::string_view signature) {
  return !find_signed(auth_token, port_variants(url), fields, signature).empty();
}

bool verify_body(const Secret& auth_token, std::string_view url, std::string_view body,
                 std::string_view signature) {
  constexpr std::string_view kHash = "bodySHA256=";
  const auto at = url.rfind(kHash);
  if (at == std::string_view::npos || at == 0 || (url[at - 1] != '?' && url[at - 1] != '&')) {
    return false;
  }
  const auto claimed = url.substr(at + kHash.size());
  const bool is_body =
      equal_in_constant_time(sha256_hex(body), claimed.substr(0, claimed.find('&')));
  return !find_signed(auth_token, port_variants(url), {}, signature).empty() && is_body;
}

std::string find_signed_upgrade(const Secret& auth_token, std::string_view url,
                                std::string_view signature) {
  std::vector<std::string> urls;
  for (auto& variant : port_variants(url)) {
    urls.push_back(variant + "/");
    urls.push_back(std::move(variant));
  }
  return find_signed(auth_token, urls, {}, signature);
}

}  // namespace callosum::channel::twilio
