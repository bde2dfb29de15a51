#pragma once

#include <array>
#include <span>
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
  std::string call_sid;     ///< "CA" and 32 hex digits; of another carrier, its own kind of id
  std::string account_sid;  ///< "AC" and 32 hex digits; empty: the carrier names none
  std::string from;         ///< as it was sent: a number, "client:…", "sip:…", a word
  std::string to;           ///< the same
  std::string status;       ///< queued ringing in-progress completed busy failed no-answer canceled
  std::string direction;    ///< inbound, outbound-api, outbound-dial
  std::string verstat;      ///< `StirVerstat`: the carrier's word on `from`; empty: none
  std::string duration_s;   ///< of a status callback; empty: unknown
  std::string recording_url;  ///< https alone; empty: none
  std::string dial_status;    ///< behind `<Dial>`: completed busy no-answer failed …; else empty
  std::string source;         ///< `CallbackSource`: set where a call is told of, not asked about
};

/// Where one of those stands in a carrier's form.
struct FormField {
  std::string_view name;
  std::string VoiceForm::*place;
};

/// What a carrier's form looks like.
struct FormShape {
  std::span<const FormField> fields;
  std::string_view call_name, account_name;  ///< of the ids, for whoever reads an error
  bool (*is_call)(std::string_view);
  bool (*is_account)(std::string_view);  ///< null: it names none
  /// Numbers come, and are written, without their "+".
  bool omits_plus = false;
};

bool is_call_sid(std::string_view text);
bool is_account_sid(std::string_view text);

/// Twilio's (telephony §1.2).
inline constexpr std::array kTwilioFields{FormField{"CallSid", &VoiceForm::call_sid},
                                          FormField{"AccountSid", &VoiceForm::account_sid},
                                          FormField{"From", &VoiceForm::from},
                                          FormField{"To", &VoiceForm::to},
                                          FormField{"CallStatus", &VoiceForm::status},
                                          FormField{"Direction", &VoiceForm::direction},
                                          FormField{"StirVerstat", &VoiceForm::verstat},
                                          FormField{"CallDuration", &VoiceForm::duration_s},
                                          FormField{"RecordingUrl", &VoiceForm::recording_url},
                                          FormField{"DialCallStatus", &VoiceForm::dial_status}};
inline constexpr FormShape kTwilioForm{.fields = kTwilioFields,
                                       .call_name = "CallSid",
                                       .account_name = "AccountSid",
                                       .is_call = is_call_sid,
                                       .is_account = is_account_sid};

/// VALIDATION where the ids are missing or malformed, or one of these fields is there twice.
Result<VoiceForm> read_voice_form(const FormFields& fields, const FormShape& shape = kTwilioForm);

/// Of `from`: E.164; empty where it is withheld, or no number.
std::string caller_number(const std::string& from);

}  // namespace callosum::channel::twilio
