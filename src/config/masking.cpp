#include "config/masking.hpp"

#include <array>

#include "base/text.hpp"

namespace callosum::config {
namespace {

bool names_a_secret(std::string_view parameter) {
  constexpr std::array<std::string_view, 8> kParts{"key",  "token", "secret", "pass",
                                                   "auth", "sig",   "cred",   "pwd"};
  const std::string name = to_lower_ascii(parameter);
  for (const auto part : kParts) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::string mask_query(std::string_view query) {
  std::vector<std::string> parts;
  for (const auto part : split(query, '&')) {
    const auto equals = part.find('=');
    const bool secret = equals != std::string_view::npos && names_a_secret(part.substr(0, equals));
    parts.push_back(secret ? std::string(part.substr(0, equals + 1)) + std::string(kMask)
                           : std::string(part));
  }
  return join(parts, "&");
}

}  // namespace

std::string mask_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::string_view head = url.substr(0, scheme + 3);
  std::string_view rest = url.substr(scheme + 3);

  std::string query;
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    query = "?" + mask_query(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  std::string user;
  // The last @: a password may hold one, and a mistaken one hides too much rather than too little.
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = rest.substr(0, at);
    user = std::string(login.substr(0, login.find(':')));
    if (login.find(':') != std::string_view::npos) user += ":" + std::string(kMask);
    user += '@';
    rest = rest.substr(at + 1);
  }
  return std::string(head) + user + std::string(rest) + query;
}

std::string quote_briefly(std::string_view value) {
  constexpr std::size_t kMaxBytes = 60;
  std::string out = "\"";
  for (const char c : value.substr(0, kMaxBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  // A cut inside a character leaves no broken one behind.
  while (!is_valid_utf8(out) && out.size() > 1) out.pop_back();
  return out + (value.size() > kMaxBytes ? "…\"" : "\"");
}

}  // namespace callosum::config
