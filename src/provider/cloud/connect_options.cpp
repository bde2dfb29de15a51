#include "provider/cloud/connect_options.hpp"

namespace callosum::provider::cloud {
namespace {

/// Appends `?model=` (or `&model=`) with what a query may not hold escaped.
std::string with_model(const std::string& url, const std::string& model) {
  if (model.empty() || url.find("model=") != std::string::npos) return url;
  std::string out = url + (url.find('?') == std::string::npos ? "?model=" : "&model=");
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : model) {
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

}  // namespace

net::WsConnectOptions connect_options(const CloudOptions& options) {
  net::WsConnectOptions connect;
  connect.url = with_model(options.url, options.model);
  connect.tls = options.tls;
  connect.limits.max_message_bytes = 10 << 20;  // protocol F37: larger ones are not events
  connect.limits.max_queued_bytes = 1 << 20;
  connect.limits.budget = options.queue_budget;
  if (!options.key.empty()) connect.headers.set("Authorization", "Bearer " + options.key.reveal());
  return connect;
}

}  // namespace callosum::provider::cloud
