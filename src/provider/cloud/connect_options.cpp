#include "provider/cloud/connect_options.hpp"

namespace callosum::provider::cloud {

std::string with_parameter(const std::string& url, std::string_view key, std::string_view value) {
  std::string out = url + (url.find('?') == std::string::npos ? '?' : '&');
  out += key;
  out += '=';
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

net::WsConnectOptions connect_options(const CloudOptions& options) {
  net::WsConnectOptions connect;
  const bool names_model = options.model.empty() || options.url.find("model=") != std::string::npos;
  connect.url = names_model ? options.url : with_parameter(options.url, "model", options.model);
  connect.tls = options.tls;
  connect.limits.max_message_bytes = 10 << 20;  // protocol F37: larger ones are not events
  connect.limits.max_queued_bytes = 1 << 20;
  connect.limits.budget = options.queue_budget;
  if (!options.key.empty()) connect.headers.set("Authorization", "Bearer " + options.key.reveal());
  return connect;
}

}  // namespace callosum::provider::cloud
