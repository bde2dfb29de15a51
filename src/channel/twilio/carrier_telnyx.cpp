// Telnyx, by TeXML: Ed25519 over `timestamp|body`. Neither a webhook's address nor a stream's
// upgrade is signed, so the one is guarded by a secret and the other by the stream's token alone.
#include "channel/twilio/carrier_telnyx.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "channel/twilio/carrier.hpp"

namespace callosum::channel::twilio {
namespace {

/// Either way, as the vendor's own client has it (telnyx-node 7.24.0, src/lib/webhooks.ts).
constexpr std::int64_t kTolerance_s = 300;
constexpr std::size_t kMostTimeDigits = 12;

/// The vendor's "TeXML instruction fetching" and "TeXML call completed": ids, numbers and status by
/// Twilio's names. What it says of attestation is documented for other webhooks alone.
constexpr std::array kFields{FormField{"CallSid", &VoiceForm::call_sid},
                             FormField{"AccountSid", &VoiceForm::account_sid},
                             FormField{"From", &VoiceForm::from},
                             FormField{"To", &VoiceForm::to},
                             FormField{"CallStatus", &VoiceForm::status},
                             FormField{"Direction", &VoiceForm::direction},
                             FormField{"CallDuration", &VoiceForm::duration_s},
                             FormField{"RecordingUrl", &VoiceForm::recording_url},
                             FormField{"DialCallStatus", &VoiceForm::dial_status},
                             FormField{"CallbackSource", &VoiceForm::source}};

/// A call_control_id, "v3:…", in the letters of base64url; an account's id looks alike.
bool is_id(std::string_view text) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kMost = 120;
  if (text.size() < kLeast || text.size() > kMost) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':' ||
           c == '-' || c == '_';
  });
}

constexpr FormShape kForm{.fields = kFields,
                          .call_name = "CallSid",
                          .account_name = "AccountSid",
                          .is_call = is_id,
                          .is_account = is_id};

/// The vendor's "TeXML verbs": `<Connect>` waits for its stream's end. Without `codec` and
/// `bidirectionalMode` a stream has the call's own codec and takes MP3 files; one that ends would
/// be opened again with a token that is used, but for `enableReconnect`. What becomes of a `<Dial>`
/// may go unsaid: the address says at least that there was one.
constexpr Markup kTexml{
    .connect = R"({words}<Connect><Stream url="{stream}" codec="PCMU" bidirectionalMode="rtp")"
               R"( bidirectionalCodec="PCMU" enableReconnect="false">)"
               R"(<Parameter name="token" value="{token}"/></Stream></Connect>)"
               R"({pause}<Redirect method="POST">{back}</Redirect>)",
    .pause = kTwiml.pause,
    .dial_and_ask = R"(<Dial timeout="30" timeLimit="{limit}" method="POST")"
                    R"( action="{next}&amp;dialled=1"><Number>{number}</Number></Dial>)",
    .dial = kTwiml.dial,
    .hang_up = kTwiml.hang_up,
    .busy = kTwiml.busy,
    .speak = kTwiml.speak,
};

template <std::size_t kSize>
bool decode_exactly(std::string_view text, std::array<std::uint8_t, kSize>& out) {
  std::vector<std::uint8_t> bytes;
  if (!decode_base64(text, bytes) || bytes.size() != kSize) return false;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return true;
}

Result<void> check_webhook(const SignedRequest& asked) {
  const auto& headers = asked.request.headers;
  const auto signature = headers.get("telnyx-signature-ed25519");
  const auto timestamp = headers.get("telnyx-timestamp");
  return verify_telnyx(asked.config.telnyx_public_key, {signature, timestamp}, asked.request.body,
                       asked.now);
}

}  // namespace

Result<void> verify_telnyx(std::string_view public_key, const TelnyxSignature& signed_as,
                           std::string_view body, WallTime now) {
  const auto& [signature, timestamp] = signed_as;
  if (signature.empty() || timestamp.empty()) return not_signed();
  Ed25519Key key{};
  Ed25519Signature bytes{};
  if (!decode_exactly(public_key, key) || !decode_exactly(signature, bytes)) {
    return wrongly_signed();
  }
  std::int64_t at_s = -1;
  const auto* end = timestamp.data() + timestamp.size();
  const auto [rest, problem] = std::from_chars(timestamp.data(), end, at_s);
  const bool is_time =
      problem == std::errc() && rest == end && timestamp.size() <= kMostTimeDigits && at_s >= 0;
  if (!is_time) return wrongly_signed();
  std::string text(timestamp);
  text += '|';
  text += body;
  if (!verify_ed25519(key, text, bytes)) return wrongly_signed();
  if (std::abs(epoch_s(now) - at_s) > kTolerance_s) {
    return fail(ErrorType::forbidden, "this request was signed too long ago, or in the future");
  }
  return {};
}

const Carrier& telnyx_carrier() {
  static constexpr Carrier kCarrier{
      .name = "telnyx",
      .dialect = &kTelnyx,
      .form = &kForm,
      .markup = &kTexml,
      .is_set_up =
          [](const config::PhoneConfig& config) { return !config.telnyx_public_key.empty(); },
      .check_webhook = check_webhook,
      .check_upgrade = [](const SignedRequest&) -> Result<std::string> { return "unsigned"; },
      .signs_address = false,
  };
  return kCarrier;
}

}  // namespace callosum::channel::twilio
