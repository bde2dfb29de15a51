#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace callosum::channel::twilio {

/// What comes with a webhook of Telnyx (telephony §1.11).
struct TelnyxSignature {
  std::string_view signature;  ///< `telnyx-signature-ed25519`: base64
  std::string_view timestamp;  ///< `telnyx-timestamp`: seconds since the epoch
};

/// Whether `public_key` (base64, of the account) signed this body, at a time within five minutes of
/// now. VALIDATION: it is not signed. FORBIDDEN: it was not, or at another time.
Result<void> verify_telnyx(std::string_view public_key, const TelnyxSignature& signed_as,
                           std::string_view body, WallTime now);

}  // namespace callosum::channel::twilio
