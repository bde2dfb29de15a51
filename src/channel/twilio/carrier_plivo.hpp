#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "channel/twilio/voice_form.hpp"

namespace callosum::channel::twilio {

/// X-Plivo-Signature-V3 of a request to `url`, as it is written, with these fields in its body;
/// none: of a GET or an upgrade. Base64 of HMAC-SHA256 under the account's auth token.
std::string sign_plivo(const Secret& auth_token, std::string_view url, const FormFields& fields,
                       std::string_view nonce);

/// What comes with a request of Plivo's.
struct PlivoSignature {
  std::string_view signatures;  ///< several, with commas between them: one has to hold
  std::string_view nonce;
};
/// Of a carrier's own address and fields. In constant time.
bool verify_plivo(const Secret& auth_token, std::string_view url, const FormFields& fields,
                  const PlivoSignature& signed_as);

}  // namespace callosum::channel::twilio
