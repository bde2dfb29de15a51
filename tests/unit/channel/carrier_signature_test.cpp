// The vectors were accepted by the vendors' own packages: plivo 4.79.0 (validateV3Signature) and
// telnyx 7.24.0 (TelnyxWebhook).
#include <gtest/gtest.h>

#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "channel/twilio/carrier_plivo.hpp"
#include "channel/twilio/carrier_telnyx.hpp"
#include "net/hmac.hpp"

namespace callosum::channel::twilio {
namespace {

const Secret kToken("MAtoken12345");
constexpr std::string_view kNonce = "05429567804466091622";
constexpr std::string_view kCallUuid = "a1b2c3d4-0000-4000-8000-000000000001";
constexpr std::string_view kVoice = "https://voice.example/plivo/voice";

FormFields call_fields() {
  return {{"To", "12125550100"},    {"CallUUID", std::string(kCallUuid)},
          {"From", "14158675310"},  {"CallStatus", "ringing"},
          {"Direction", "inbound"}, {"ForwardedFrom", ""}};
}

std::string signed_as(std::string_view url, const FormFields& fields = {}) {
  return sign_plivo(kToken, url, fields, kNonce);
}

TEST(PlivoSignature, IsThatOfEveryVector) {
  const std::string voice(kVoice);
  EXPECT_EQ(signed_as(voice, call_fields()), "++Gg9SdWr82bCarrCLnEikSx2mU42GQgZ18GnkBkn0I=");
  EXPECT_EQ(
      signed_as(voice + "?step=1", {{"From", "14158675310"}, {"CallUUID", std::string(kCallUuid)}}),
      "ky9SpB5/CYwN75vhaVLo9s/mTP6EL2T2f/Xbme+8oI4=");
  // By name, then by value, each as often as it is there; decoded.
  EXPECT_EQ(
      signed_as(voice + "?b=2&a=%C3%A9+x&b=1", {{"Z", "é"}, {"A", "b"}, {"A", "a"}, {"A", "b"}}),
      "ZHlOrsiKeYFlW93ExP+UFvG1jOcVhE5nTsvqO7MxeGg=");
  EXPECT_EQ(signed_as("https://voice.example:8443/plivo/voice", {{"CallUUID", "x"}}),
            "c6Tmz8A+zfd3MPBekWuyh5Z0jIKRCo4a03aquSbobjk=");
  EXPECT_EQ(signed_as(voice + "?step=1"), "AXHSuQfAaTulDHNWDFv73FkuFIR92LaMkuujXSGnBwc=");
  EXPECT_EQ(signed_as("wss://voice.example/plivo/media"),
            "lxG9w1nyr/89qonSFWNmPxQINOW4VxiP4UXEBdAkoRM=");
  EXPECT_EQ(signed_as("https://voice.example/plivo/media"),
            "NpU3vIrsNmzo+MdLV3XXJHPstYTtXW0mvCgaM52gbtc=");
}

TEST(PlivoSignature, OfAHashIsRfc4231s) {
  EXPECT_EQ(encode_hex(net::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(PlivoSignature, MayBeOneOfSeveral) {
  const auto good = signed_as(kVoice, call_fields());
  const auto holds = [](const std::string& signatures) {
    return verify_plivo(kToken, kVoice, call_fields(), {signatures, kNonce});
  };
  EXPECT_TRUE(holds(good));
  EXPECT_TRUE(holds("AAAA," + good));
  EXPECT_FALSE(holds("AAAA"));
  EXPECT_FALSE(holds(""));
  EXPECT_FALSE(holds(good + "x"));
  std::string many;
  for (int i = 0; i < 8; ++i) many += "AAAA,";
  EXPECT_FALSE(holds(many + good));
}

TEST(PlivoSignature, WithNoTokenOrNoNonceHoldsForNobody) {
  const Secret none;
  const auto empty = sign_plivo(none, kVoice, {}, kNonce);
  EXPECT_FALSE(verify_plivo(none, kVoice, {}, {empty, kNonce}));
  EXPECT_FALSE(verify_plivo(kToken, kVoice, {}, {sign_plivo(kToken, kVoice, {}, ""), ""}));
}

TEST(PlivoSignature, NothingThatWasSignedCanBeCalledPartOfTheNonce) {
  const FormFields whole{{"A", "1.2"}, {"B", "3"}};
  const FormFields part{{"A", "1"}};
  const auto signature = signed_as(kVoice, whole);
  const auto nonce = "2B3." + std::string(kNonce);

  ASSERT_EQ(sign_plivo(kToken, kVoice, part, nonce), signature);  // the very same text
  EXPECT_FALSE(verify_plivo(kToken, kVoice, part, {signature, nonce}));
}

TEST(PlivoSignature, AQueryThatCannotBeReadIsNotNone) {
  const auto signature = signed_as(kVoice, call_fields());
  const auto url = std::string(kVoice) + "?x=%zz&step=1";
  EXPECT_FALSE(verify_plivo(kToken, url, call_fields(), {signature, kNonce}));
}

std::string with_turned_bit(std::string text, SeededRandom& random) {
  text[random.next_u64() % text.size()] ^= static_cast<char>(1u << (random.next_u64() % 7));
  return text;
}

TEST(PlivoSignature, OfNoneOfTenThousandMutantsHolds) {
  SeededRandom random(11);
  const auto signature = signed_as(kVoice, call_fields());
  int passed = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto fields = call_fields();
    std::string url(kVoice), as = signature, nonce(kNonce);
    auto& chosen = fields[random.next_u64() % (fields.size() - 1)];
    switch (i % 7) {
      case 0:
        as = with_turned_bit(as, random);
        break;
      case 1:
        url = with_turned_bit(url, random);
        break;
      case 2:
        chosen.second = with_turned_bit(chosen.second, random);
        break;
      case 3:
        chosen.first = with_turned_bit(chosen.first, random);
        break;
      case 4:
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i % 5));
        break;
      case 5:
        nonce = with_turned_bit(nonce, random);
        break;
      default:
        fields.emplace_back("X" + std::to_string(i), "1");
        break;
    }
    passed += verify_plivo(kToken, url, fields, {as, nonce}) ? 1 : 0;
  }
  EXPECT_EQ(passed, 0);
  EXPECT_TRUE(verify_plivo(kToken, kVoice, call_fields(), {signature, kNonce}));
}

constexpr std::string_view kPublicKey = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
constexpr std::string_view kBody =
    "CallSid=v3%3A9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ&From=%2B35319605860&To="
    "%2B13129457420";
constexpr std::string_view kSignature =
    "LBVxxeeSHLgLd1yi1NBO9C7xdL0AhYi8UxJA4OetB8Bn4xCiGKxA5I9VKbaiyGDPKFRwHzUhNscrNGU0kSa5BA==";
constexpr std::string_view kTime = "1700000000";

WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

/// What comes of it: 200, or the status of the refusal.
int verdict(std::string_view key, const TelnyxSignature& signed_as, std::string_view body,
            std::int64_t now_s = 1'700'000'000) {
  const auto verified = verify_telnyx(key, signed_as, body, at(now_s));
  return verified ? 200 : http_status(verified.error().type);
}

TEST(TelnyxSignature, IsThatOfTheVector) {
  std::array<std::uint8_t, 32> seed{};
  for (std::uint8_t i = 0; i < seed.size(); ++i) seed[i] = i;
  const auto pair = Ed25519Pair::from_seed(seed);

  EXPECT_EQ(encode_base64(pair.key), kPublicKey);
  EXPECT_EQ(encode_base64(pair.sign(std::string(kTime) + "|" + std::string(kBody))), kSignature);
  EXPECT_EQ(verdict(kPublicKey, {kSignature, kTime}, kBody), 200);
}

TEST(TelnyxSignature, HoldsForFiveMinutesEitherWay) {
  const TelnyxSignature signed_as{kSignature, kTime};
  EXPECT_EQ(verdict(kPublicKey, signed_as, kBody, 1'700'000'300), 200);
  EXPECT_EQ(verdict(kPublicKey, signed_as, kBody, 1'700'000'301), 403);
  EXPECT_EQ(verdict(kPublicKey, signed_as, kBody, 1'699'999'700), 200);
  EXPECT_EQ(verdict(kPublicKey, signed_as, kBody, 1'699'999'699), 403);
}

TEST(TelnyxSignature, IsNoneWithoutItsTimeAndItsKey) {
  EXPECT_EQ(verdict(kPublicKey, {"", kTime}, kBody), 400);
  EXPECT_EQ(verdict(kPublicKey, {kSignature, ""}, kBody), 400);
  EXPECT_EQ(verdict("", {kSignature, kTime}, kBody), 403);
  EXPECT_EQ(verdict("AAAA", {kSignature, kTime}, kBody), 403);
  EXPECT_EQ(verdict(kPublicKey, {"AAAA", kTime}, kBody), 403);
  for (const auto* time : {"01700000000", "1700000000 ", "-1700000000", "1.7e9",
                           "17000000000000000", "99999999999999999999"}) {
    EXPECT_EQ(verdict(kPublicKey, {kSignature, time}, kBody), 403) << time;
  }
}

TEST(TelnyxSignature, OfNoneOfTenThousandMutantsHolds) {
  SeededRandom random(13);
  int passed = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string key(kPublicKey), signature(kSignature), time(kTime), body(kBody);
    switch (i % 4) {
      case 0:
        key = with_turned_bit(key, random);
        break;
      case 1:
        signature = with_turned_bit(signature, random);
        break;
      case 2:
        time = with_turned_bit(time, random);
        break;
      default:
        body = with_turned_bit(body, random);
        break;
    }
    passed += verdict(key, {signature, time}, body) == 200 ? 1 : 0;
  }
  EXPECT_EQ(passed, 0);
}

}  // namespace
}  // namespace callosum::channel::twilio
