#include "sim/twilio/carrier.hpp"

#include <algorithm>
#include <map>

#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "net/hmac.hpp"

namespace callosum::sim::twilio {
namespace {

constexpr std::string_view kWords[] = {"twilio", "telnyx", "plivo"};

Ed25519Pair pair_of(std::string_view token) { return Ed25519Pair::from_seed(sha256(token)); }

std::string without_plus(const std::string& number) {
  return number.starts_with('+') ? number.substr(1) : number;
}

/// A UUID of random bits.
std::string make_uuid(Random& random) {
  const auto hex = make_id("", random);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" +
         hex.substr(17, 3) + "-" + hex.substr(20);
}

/// The order of plivo-node's validateV3Signature: query and fields by name, each value for itself.
std::string plivo_text(const std::string& url, const FormFields& fields) {
  const auto mark = std::min(url.find('?'), url.size());
  std::multimap<std::string, std::string> query;
  for (auto rest = mark < url.size() ? url.substr(mark + 1) : ""; !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : "";
    query.emplace(pair.substr(0, equals), net::decode_percent(value).value_or(value));
    rest.erase(0, std::min(end + 1, rest.size()));
  }
  std::string asked;
  for (const auto& [name, value] : query) {
    asked += asked.empty() ? "" : "&";
    asked += name + "=" + value;
  }
  std::multimap<std::string, std::string> sorted(fields.begin(), fields.end());
  std::string body;
  for (const auto& [name, value] : sorted) body += name + value;
  auto out = url.substr(0, mark);
  if (!asked.empty() || !body.empty()) out += "?" + asked;
  return out + (!asked.empty() && !body.empty() ? "." : "") + body;
}

void sign_plivo(net::HttpFields& headers, const std::string& text, const Signer& signer) {
  auto nonce = std::to_string(signer.random.next_u64());
  nonce.insert(0, 20 - std::min<std::size_t>(nonce.size(), 20), '0');
  const auto signature = encode_base64(net::hmac_sha256(signer.token, text + "." + nonce));
  headers.set("X-Plivo-Signature-V3", signature);
  headers.set("X-Plivo-Signature-V3-Nonce", nonce);
}

FormFields twilio_fields(const CallFacts& facts) {
  FormFields out{{"CallSid", facts.call},        {"AccountSid", facts.account},
                 {"From", facts.from},           {"To", facts.to},
                 {"Caller", facts.from},         {"Called", facts.to},
                 {"CallStatus", facts.status},   {"ApiVersion", "2010-04-01"},
                 {"Direction", facts.direction}, {"FromCity", ""},
                 {"FromCountry", "NL"}};
  if (!facts.attestation.empty()) out.emplace_back("StirVerstat", facts.attestation);
  return out;
}

FormFields telnyx_fields(const CallFacts& facts) {
  return {{"AccountSid", facts.account},
          {"CallSid", facts.call},
          {"CallSidLegacy", facts.call},
          {"CallerId", facts.from},
          {"CallingPartyType", "pstn"},
          {"From", facts.from},
          {"To", facts.to},
          {"CallStatus", facts.status},
          {"ConnectionId", "1568109700606592442"}};
}

FormFields plivo_fields(const CallFacts& facts) {
  const bool is_over = facts.status == "completed";
  return {{"CallUUID", facts.call},
          {"From", without_plus(facts.from)},
          {"To", without_plus(facts.to)},
          {"CallStatus", facts.status},
          {"Direction", facts.direction},
          {"Event", is_over ? "Hangup" : "StartApp"},
          {"SessionStart", "2026-01-01 10:00:00.123456"},
          {"CallerName", without_plus(facts.from)}};
}

}  // namespace

Result<CarrierKind> parse_carrier(std::string_view word) {
  const auto* at = std::find(std::begin(kWords), std::end(kWords), word);
  if (at != std::end(kWords)) return static_cast<CarrierKind>(at - std::begin(kWords));
  return fail(ErrorType::validation, "no such carrier; there are: twilio, telnyx, plivo");
}

std::string make_call_id(CarrierKind carrier, Random& random) {
  if (carrier == CarrierKind::telnyx) return make_id("v3:", random) + "-_Q";
  if (carrier == CarrierKind::plivo) return make_uuid(random);
  return make_id("CA", random);
}

std::string make_stream_id(CarrierKind carrier, Random& random) {
  return carrier == CarrierKind::twilio ? make_id("MZ", random) : make_uuid(random);
}

std::string_view usual_account(CarrierKind carrier) {
  if (carrier == CarrierKind::telnyx) return "f5586561-8ff0-4291-a51b-c7dfe4139ff9";
  if (carrier == CarrierKind::plivo) return "MAXXXXXXXXXXXXXXXXXX";
  return "AC00000000000000000000000000000001";
}

FormFields webhook_fields(CarrierKind carrier, const CallFacts& facts) {
  if (carrier == CarrierKind::telnyx) return telnyx_fields(facts);
  if (carrier == CarrierKind::plivo) return plivo_fields(facts);
  return twilio_fields(facts);
}

FormFields end_fields(CarrierKind carrier, const CallFacts& facts, std::int64_t seconds,
                      WallTime now) {
  auto out = webhook_fields(carrier, facts);
  const auto text = std::to_string(seconds);
  if (carrier == CarrierKind::plivo) {
    out.emplace_back("Duration", text);
    out.emplace_back("BillDuration", text);
    out.emplace_back("HangupCause", "NORMAL_CLEARING");
    return out;
  }
  out.emplace_back("CallDuration", text);
  if (carrier == CarrierKind::twilio) {
    out.emplace_back("Duration", std::to_string((seconds + 59) / 60));
  }
  out.emplace_back("SequenceNumber", "0");
  out.emplace_back("CallbackSource", "call-progress-events");
  out.emplace_back("Timestamp", std::to_string(epoch_s(now)));
  return out;
}

FormFields dial_fields(CarrierKind carrier, std::string_view status, Random& random) {
  if (status.empty()) return {};
  if (carrier == CarrierKind::plivo) {
    return {{"DialStatus", std::string(status)}, {"DialBLegUUID", make_uuid(random)}};
  }
  return {{"DialCallStatus", std::string(status)}, {"DialCallSid", make_call_id(carrier, random)}};
}

void Signer::sign(net::HttpRequest& request, std::string_view url, const FormFields& fields) const {
  switch (carrier) {
    case CarrierKind::twilio:
      return request.headers.set("X-Twilio-Signature", sign_request(token, url, fields));
    case CarrierKind::telnyx: {
      const auto timestamp = std::to_string(epoch_s(now));
      const auto signature = pair_of(token).sign(timestamp + "|" + request.body);
      request.headers.set("telnyx-signature-ed25519", encode_base64(signature));
      return request.headers.set("telnyx-timestamp", timestamp);
    }
    case CarrierKind::plivo:
      return sign_plivo(request.headers, plivo_text(std::string(url), fields), *this);
  }
}

void Signer::sign_upgrade(net::HttpFields& headers, std::string_view url) const {
  if (carrier == CarrierKind::twilio) headers.set("X-Twilio-Signature", sign_request(token, url));
  if (carrier == CarrierKind::plivo) sign_plivo(headers, plivo_text(std::string(url), {}), *this);
}

std::string public_key_of(std::string_view token) { return encode_base64(pair_of(token).key); }

}  // namespace callosum::sim::twilio
