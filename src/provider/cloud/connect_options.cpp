#include "provider/cloud/connect_options.hpp"

namespace callosum::provider::cloud {

std::string with_parameter(const std::string& url, std::string_view key, std::string_view value) {
  const char before = url.find('?') == std::string::npos ? '?' : '&';
  return url + before + std::string(key) + "=" + net::encode_percent(value);
}

net::WsConnectOptions socket_at(const CloudOptions& options, std::string_view path) {
  net::WsConnectOptions connect;
  std::string_view base = options.url;
  while (base.ends_with('/')) base.remove_suffix(1);
  connect.url = std::string(base) + std::string(path);
  connect.tls = options.tls;
  connect.limits.max_message_bytes = 4 << 20;  // a service says a sentence's sound in one
  connect.limits.max_queued_bytes = 1 << 20;
  connect.limits.budget = options.queue_budget;
  return connect;
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
