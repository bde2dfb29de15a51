#include "channel/twilio/carrier.hpp"

namespace callosum::channel::twilio {

std::string public_address(const config::PhoneConfig& config, std::string_view target,
                           bool is_websocket) {
  std::string url = config.public_url;
  if (is_websocket && url.starts_with("http")) url.replace(0, 4, "ws");  // https: wss
  return url + std::string(target);
}

Error not_signed() { return fail(ErrorType::validation, "this request is not signed"); }
Error wrongly_signed() {
  return fail(ErrorType::forbidden, "the signature is not that of this request");
}

}  // namespace callosum::channel::twilio
