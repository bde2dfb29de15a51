#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "sim/twilio/signature.hpp"

namespace callosum::sim::twilio {

/// Which carrier is played (protocol: telephony §1.11). What differs is here, in the frames and in
/// the markup; what a call goes through is the same.
enum class CarrierKind : std::uint8_t { twilio, telnyx, plivo };
/// "telnyx"; VALIDATION with all of them.
Result<CarrierKind> parse_carrier(std::string_view word);

std::string make_call_id(CarrierKind carrier, Random& random);
std::string make_stream_id(CarrierKind carrier, Random& random);
std::string_view usual_account(CarrierKind carrier);

/// What a webhook tells of a call.
struct CallFacts {
  std::string call, account, from, to, status, direction, attestation;
};
FormFields webhook_fields(CarrierKind carrier, const CallFacts& facts);
/// The call has ended, behind `seconds`.
FormFields end_fields(CarrierKind carrier, const CallFacts& facts, std::int64_t seconds,
                      WallTime now);
/// What is added behind a `<Dial>`; `status` empty: it is not said.
FormFields dial_fields(CarrierKind carrier, std::string_view status, Random& random);

/// With what a carrier signs, and when.
struct Signer {
  CarrierKind carrier = CarrierKind::twilio;
  std::string token;  ///< of Telnyx: its key is made of it
  WallTime now;
  Random& random;

  /// A POST to `url`, whose body is there.
  void sign(net::HttpRequest& request, std::string_view url, const FormFields& fields) const;
  /// A stream's upgrade.
  void sign_upgrade(net::HttpFields& headers, std::string_view url) const;
};
/// Of the key that Telnyx signs with, base64.
std::string public_key_of(std::string_view token);

}  // namespace callosum::sim::twilio
