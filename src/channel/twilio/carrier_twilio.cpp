// Twilio: HMAC-SHA1 under the account's auth token, over address and fields (signature.hpp).
#include "channel/twilio/carrier.hpp"
#include "channel/twilio/signature.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::string_view kHeader = "X-Twilio-Signature";

/// Of an address may be logged which form it had, and nothing that is in it.
std::string form_of(std::string_view url, std::string_view as_signed) {
  if (as_signed == url) return "plain";
  if (as_signed == std::string(url) + "/") return "slash";
  const auto ports = port_variants(url);
  return as_signed == ports.back() ? "port" : "port_slash";
}

Result<void> check_webhook(const SignedRequest& asked) {
  const auto signature = asked.request.headers.get(kHeader);
  if (signature.empty()) return not_signed();
  if (verify_form(asked.config.auth_token, asked.url, asked.fields, signature)) return {};
  return wrongly_signed();
}

Result<std::string> check_upgrade(const SignedRequest& asked) {
  const auto signature = asked.request.headers.get(kHeader);
  if (signature.empty()) return not_signed();
  const auto as_signed = find_signed_upgrade(asked.config.auth_token, asked.url, signature);
  if (as_signed.empty()) return wrongly_signed();
  return form_of(asked.url, as_signed);  // telephony §8
}

}  // namespace

const Carrier& twilio_carrier() {
  static constexpr Carrier kCarrier{
      .name = "twilio",
      .dialect = &kTwilio,
      .form = &kTwilioForm,
      .markup = &kTwiml,
      .is_set_up = [](const config::PhoneConfig& config) { return !config.auth_token.empty(); },
      .check_webhook = check_webhook,
      .check_upgrade = check_upgrade,
      .only_account = &config::PhoneConfig::account,
      .signs_address = true,
      .names_account = true,
  };
  return kCarrier;
}

}  // namespace callosum::channel::twilio
