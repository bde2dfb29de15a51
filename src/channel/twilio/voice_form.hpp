#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace callosum::channel::twilio {

/// Names and values as they were sent, decoded, in order: all of them are signed (telephony §1.7).
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded. VALIDATION where an escape is broken, a text is no UTF-8 or
/// has a NUL, or there are more than 128 fields or 64 KiB.
Result<FormFields> decode_form(std::string_view body);

/// What a webhook says of a call (telephony §1.2). Never more than what the carrier claims.
struct VoiceForm {
  std::string call_sid;     ///< "CA" and 32 hex digits
  std::string account_sid;  ///< "AC" and 32 hex digits
  std::string from;         ///< as it was sent: a number, "client:…", "sip:…", a word
  std::string to;           ///< the same
  std::string status;       ///< queued ringing in-progress completed busy failed no-answer canceled
  std::string direction;    ///< inbound, outbound-api, outbound-dial
  std::string verstat;      ///< `StirVerstat`: the carrier's word on `from`; empty: none
  std::string duration_s;   ///< of a status callback; empty: unknown
  std::string recording_url;  ///< https alone; empty: none
  std::string dial_status;    ///< behind `<Dial>`: completed busy no-answer failed …; else empty
};
/// VALIDATION where the ids are missing or malformed, or one of these fields is there twice.
Result<VoiceForm> read_voice_form(const FormFields& fields);

/// Of `from`: E.164; empty where it is withheld, or no number.
std::string caller_number(const std::string& from);

bool is_call_sid(std::string_view text);
bool is_account_sid(std::string_view text);

}  // namespace callosum::channel::twilio
