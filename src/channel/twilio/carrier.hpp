#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "channel/twilio/dialect.hpp"
#include "channel/twilio/twiml.hpp"
#include "channel/twilio/voice_form.hpp"
#include "config/config.hpp"
#include "net/http.hpp"

namespace callosum::channel::twilio {

/// What a webhook or an upgrade is judged by.
struct SignedRequest {
  const config::PhoneConfig& config;
  const net::HttpRequest& request;
  std::string url;           ///< as the carrier was told it, in the scheme of what it asks for
  const FormFields& fields;  ///< of the body
  WallTime now;
};

/// A carrier whose calls are taken: how it names things, what it is answered with, how it signs.
/// Data, but for the signature. Its doors are /NAME/voice, /NAME/status and /NAME/media. A new one
/// is a file with a function below and a line in app/wiring.cpp. Lives as long as the process.
struct Carrier {
  std::string_view name;
  const Dialect* dialect;
  const FormShape* form;
  const Markup* markup;
  /// Where it is false the doors are shut: anybody could sign with nothing.
  bool (*is_set_up)(const config::PhoneConfig& config);
  /// VALIDATION: it is not signed. FORBIDDEN: not by this carrier, not this, or too long ago. In
  /// constant time.
  Result<void> (*check_webhook)(const SignedRequest& request);
  /// The same of a stream's upgrade: what of it was signed, in a word for the log.
  Result<std::string> (*check_upgrade)(const SignedRequest& request);
  /// Of the configuration: the only account whose calls are taken; null: whoever's key it is.
  std::string config::PhoneConfig::*only_account = nullptr;
  /// The address that is asked is signed too. Where it is not, the way back to a call's next step
  /// has a secret of its own, so that a recorded webhook leads nowhere.
  bool signs_address = true;
  /// A stream's `start` names the account as webhooks do.
  bool names_account = false;
};

const Carrier& twilio_carrier();
const Carrier& telnyx_carrier();
const Carrier& plivo_carrier();

/// The address that the carrier knows for a path of ours, in the scheme of a WebSocket where it is
/// one.
std::string public_address(const config::PhoneConfig& config, std::string_view target,
                           bool is_websocket = false);

// The two answers to a signature that does not hold.
Error not_signed();
Error wrongly_signed();

}  // namespace callosum::channel::twilio
