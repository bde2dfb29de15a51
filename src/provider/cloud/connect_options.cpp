#include "provider/cloud/connect_options.hpp"

namespace callosum::provider::cloud {

std::string with_parameter(const std::string& url, std::string_view key, std::string_view value) {
  const char before = url.find('?') == std::string::npos ? '?' : '&';
  return url + before + std::string(key) + "=" + net::encode_percent(value);
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
