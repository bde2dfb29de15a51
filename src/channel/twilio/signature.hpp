#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "channel/twilio/voice_form.hpp"

namespace callosum::channel::twilio {

// X-Twilio-Signature (telephony §1.7, §1.8): base64 of HMAC-SHA1 under the account's auth token.
// URLs are those of the configuration, never of a Host header. Compared in constant time.

/// What Twilio sends for this URL and these fields; none for a GET or a JSON body.
std::string sign(const Secret& auth_token, std::string_view url, const FormFields& fields = {});

/// The URL with and without the port it may be signed with, as it is written first: Twilio's own
/// helper accepts these.
std::vector<std::string> port_variants(std::string_view url);

/// Whether a request for `url` (scheme, host, path and query, as Twilio was told it) carries the
/// account's signature over these fields.
bool verify_form(const Secret& auth_token, std::string_view url, const FormFields& fields,
                 std::string_view signature);

/// The same for any other body: the URL carries `bodySHA256`, which must be that of `body`.
bool verify_body(const Secret& auth_token, std::string_view url, std::string_view body,
                 std::string_view signature);

/// Of a WebSocket's upgrade: the variant of `url` that was signed, with or without a slash at its
/// end; empty: none.
std::string find_signed_upgrade(const Secret& auth_token, std::string_view url,
                                std::string_view signature);

}  // namespace callosum::channel::twilio
