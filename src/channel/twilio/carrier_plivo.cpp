// Plivo: signature V3, HMAC-SHA256 over address, fields and a nonce.
#include "channel/twilio/carrier_plivo.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "channel/twilio/carrier.hpp"
#include "net/hmac.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::size_t kMostNonceBytes = 256;
constexpr std::size_t kMostSignatures = 8;

/// The vendor's "XML request" and "Dial status reporting". Whose account it is goes unsaid there,
/// and what it calls the caller's attestation is written in two ways.
constexpr std::array kFields{FormField{"CallUUID", &VoiceForm::call_sid},
                             FormField{"From", &VoiceForm::from},
                             FormField{"To", &VoiceForm::to},
                             FormField{"CallStatus", &VoiceForm::status},
                             FormField{"Direction", &VoiceForm::direction},
                             FormField{"Duration", &VoiceForm::duration_s},
                             FormField{"DialStatus", &VoiceForm::dial_status}};

constexpr FormShape kForm{.fields = kFields,
                          .call_name = "CallUUID",
                          .account_name = {},
                          .is_call = is_uuid,
                          .is_account = nullptr,
                          .omits_plus = true};

/// The vendor's "Stream XML", "Dial", "Hangup". What stands behind a stream that keeps the call
/// alive is done when it has ended.
constexpr Markup kXml{
    .connect = R"({words}<Stream bidirectional="true" keepCallAlive="true")"
               R"( contentType="audio/x-mulaw;rate=8000" extraHeaders="token={token}">{stream})"
               R"(</Stream>{pause}<Redirect method="POST">{back}</Redirect>)",
    .pause = R"(<Wait length="{seconds}"/>)",
    .dial_and_ask = kTwiml.dial_and_ask,
    .dial = R"(<Dial timeLimit="{limit}"><Number>{number}</Number></Dial>)",
    .hang_up = kTwiml.hang_up,
    .busy = R"(<Hangup reason="busy"/>)",
    .speak = "<Speak>{text}</Speak>",
};

/// By name, in the order of bytes, and a name's values sorted: each as often as it is there.
FormFields sorted(FormFields fields) {
  std::sort(fields.begin(), fields.end());
  return fields;
}

FormFields query_of(std::string_view url) {
  const auto mark = std::min(url.find('?'), url.size());
  const auto read = decode_form(mark < url.size() ? url.substr(mark + 1) : "");
  return read ? sorted(*read) : FormFields();
}

/// One that nobody can read would pass for none, and yet may say something.
bool has_readable_query(std::string_view url) {
  const auto mark = url.find('?');
  return mark == std::string_view::npos || decode_form(url.substr(mark + 1));
}

/// plivo-node 4.79.0, dist/utils/v3Security.js: the address without its query, "?", the query in
/// order, ".", the fields in order without separators, ".", the nonce; "?" and the first "." are
/// left out where nothing follows them.
std::string signed_text(std::string_view url, const FormFields& fields, std::string_view nonce) {
  std::string text(url.substr(0, url.find('?')));
  const auto query = query_of(url);
  if (!query.empty() || !fields.empty()) text += '?';
  std::string_view between;
  for (const auto& [name, value] : query) {
    text.append(between).append(name).append("=").append(value);
    between = "&";
  }
  if (!query.empty() && !fields.empty()) text += '.';
  const auto body = sorted(fields);
  for (const auto& [name, value] : body) text.append(name).append(value);
  return text.append(".").append(nonce);
}

/// That of the account that has the number, or of its main account: under one token they are one.
bool is_signed(const SignedRequest& asked, std::string_view url) {
  const auto& headers = asked.request.headers;
  const auto nonce = headers.get("X-Plivo-Signature-V3-Nonce");
  const auto& token = asked.config.plivo_auth_token;
  for (const auto* header : {"X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"}) {
    if (verify_plivo(token, url, asked.fields, {headers.get(header), nonce})) return true;
  }
  return false;
}

Result<void> check_nonce(const SignedRequest& asked) {
  const auto& headers = asked.request.headers;
  const bool has_signature = !headers.get("X-Plivo-Signature-V3").empty() ||
                             !headers.get("X-Plivo-Signature-Ma-V3").empty();
  const bool has_nonce = !headers.get("X-Plivo-Signature-V3-Nonce").empty();
  if (!has_signature || !has_nonce) return not_signed();
  return {};
}

Result<void> check_webhook(const SignedRequest& asked) {
  auto checked = check_nonce(asked);
  if (checked && !is_signed(asked, asked.url)) return wrongly_signed();
  return checked;
}

/// A GET of the "full URI including protocol and path" (the vendor's "Audio Streaming Guide"),
/// which does not say which protocol that is.
Result<std::string> check_upgrade(const SignedRequest& asked) {
  const auto checked = check_nonce(asked);
  if (!checked) return checked.error();
  if (is_signed(asked, asked.url)) return "wss";
  if (is_signed(asked, "http" + asked.url.substr(2))) return "https";
  return wrongly_signed();
}

}  // namespace

std::string sign_plivo(const Secret& auth_token, std::string_view url, const FormFields& fields,
                       std::string_view nonce) {
  return encode_base64(net::hmac_sha256(auth_token.reveal(), signed_text(url, fields, nonce)));
}

bool verify_plivo(const Secret& auth_token, std::string_view url, const FormFields& fields,
                  const PlivoSignature& signed_as) {
  if (auth_token.empty()) return false;  // anybody can sign with nothing
  const auto& nonce = signed_as.nonce;
  // Nothing of what comes before it can be passed off as a part of it.
  const bool is_nonce = !nonce.empty() && nonce.size() <= kMostNonceBytes &&
                        nonce.find('.') == std::string_view::npos;
  if (!is_nonce || !has_readable_query(url)) return false;
  const auto expected = sign_plivo(auth_token, url, fields, nonce);
  const auto given = split(signed_as.signatures, ',');
  if (given.size() > kMostSignatures) return false;
  bool holds = false;  // of all of them, whichever the first that fits
  for (const auto one : given) holds |= equal_in_constant_time(expected, one);
  return holds;
}

const Carrier& plivo_carrier() {
  static constexpr Carrier kCarrier{
      .name = "plivo",
      .dialect = &kPlivo,
      .form = &kForm,
      .markup = &kXml,
      .is_set_up =
          [](const config::PhoneConfig& config) { return !config.plivo_auth_token.empty(); },
      .check_webhook = check_webhook,
      .check_upgrade = check_upgrade,
  };
  return kCarrier;
}

}  // namespace callosum::channel::twilio
