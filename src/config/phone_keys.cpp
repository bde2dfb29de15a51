#include "config/phone_keys.hpp"

namespace callosum::config {
namespace {

template <auto kMember>
Slot phone_at(Config& config, const std::string&) {
  return &(config.phone.*kMember);
}

template <auto kMember>
Slot caps_at(Config& config, const std::string&) {
  return &(config.phone.caps.*kMember);
}

constexpr std::int64_t kMostUse = 1'000'000'000;

}  // namespace

std::vector<KeySpec> phone_keys() {
  return {
      {"phone.public_url", Kind::url, phone_at<&PhoneConfig::public_url>,
       "How the carrier reaches this gateway: https://HOST. Its signatures are checked against it. "
       "Empty: no phone calls."},
      {"phone.twilio.auth_token_env", Kind::variable, phone_at<&PhoneConfig::auth_token_env>,
       "Environment variable that holds the auth token of a Twilio account. Empty: no calls of "
       "Twilio."},
      {"phone.twilio.account", Kind::text, phone_at<&PhoneConfig::account>,
       "The only account whose calls are taken: AC and 32 hex digits. Empty: any that is signed."},
      {"phone.telnyx.public_key", Kind::text, phone_at<&PhoneConfig::telnyx_public_key>,
       "The public key of a Telnyx account, as its portal shows it: base64 of 32 bytes. Empty: no "
       "calls of Telnyx."},
      {"phone.plivo.auth_token_env", Kind::variable, phone_at<&PhoneConfig::plivo_auth_token_env>,
       "Environment variable that holds the auth token of a Plivo account. Empty: no calls of "
       "Plivo."},
      {"phone.attested", Kind::texts, phone_at<&PhoneConfig::attested>,
       "What Twilio says of a caller's number (StirVerstat) where it is to be believed: the "
       "caller's assurance is `carrier` then, else `none`."},
      {"phone.greeting", Kind::text, phone_at<&PhoneConfig::greeting>,
       "The first words of a call. Empty: the model is asked for them."},
      {"phone.greeting_not_taken", Kind::text, phone_at<&PhoneConfig::greeting_not_taken>,
       "The first words where a call comes back that nobody took when it was put through. Empty: "
       "those of `phone.greeting`."},
      {"phone.greeting_back", Kind::text, phone_at<&PhoneConfig::greeting_back>,
       "The first words where a call goes on after a fault of ours. Empty: the same."},
      {"phone.hold_words", Kind::text, phone_at<&PhoneConfig::hold_words>,
       "What the carrier's own voice says before a call that has come back more than once is put "
       "through to us again. Empty: nothing."},
      {"phone.silence_prompt_s",
       Kind::integer,
       phone_at<&PhoneConfig::silence_prompt_s>,
       "How long nobody says anything, and nothing runs, until the caller is asked; again as long "
       "after that; then the call is ended. 0: never.",
       {},
       0,
       600},
      {"phone.silence_prompt", Kind::text, phone_at<&PhoneConfig::silence_prompt>,
       "What a silent caller is asked, twice at most. Empty: nothing."},
      {"phone.silence_goodbye", Kind::text, phone_at<&PhoneConfig::silence_goodbye>,
       "What a silent caller is told before the call is ended. Empty: nothing."},
      {"phone.longest_s",
       Kind::integer,
       phone_at<&PhoneConfig::longest_s>,
       "How long a call may last.",
       {},
       10,
       86'400},
      {"phone.keep_transcripts", Kind::flag, phone_at<&PhoneConfig::keep_transcripts>,
       "Whether what was said and given to tools is kept once a call has ended. When it "
       "happened, which tools ran and how it ended are kept in any case."},
      {"phone.score_calls", Kind::flag, phone_at<&PhoneConfig::score_calls>,
       "Whether the provider's chat model (`brain_url`) is asked, once a call is over, how the "
       "caller felt: `sentiment` of the call. What the caller said is sent to it once more."},
      {"phone.caps.caller_calls_per_hour",
       Kind::integer,
       caps_at<&PhoneCaps::caller_calls_per_hour>,
       "Calls of one number to one business within an hour; the next one hears that the line is "
       "busy, which costs nothing. 0: any number. Calls without a number are not counted.",
       {},
       0,
       kMostUse},
      {"phone.caps.minutes_per_hour",
       Kind::integer,
       caps_at<&PhoneCaps::minutes_per_hour>,
       "Minutes of calls of one business within an hour; beyond them no call begins, and those "
       "that "
       "go on may. 0: any number.",
       {},
       0,
       kMostUse},
      {"phone.caps.minutes_per_day",
       Kind::integer,
       caps_at<&PhoneCaps::minutes_per_day>,
       "The same within a day.",
       {},
       0,
       kMostUse},
      {"phone.caps.cost_per_minute",
       Kind::integer,
       caps_at<&PhoneCaps::cost_per_minute>,
       "What a minute costs you, all in all, in the smallest unit of your money.",
       {},
       0,
       1'000'000},
      {"phone.caps.cost_per_day",
       Kind::integer,
       caps_at<&PhoneCaps::cost_per_day>,
       "What one business's calls may cost within a day. 0: any amount.",
       {},
       0,
       kMostUse},
  };
}

}  // namespace callosum::config
