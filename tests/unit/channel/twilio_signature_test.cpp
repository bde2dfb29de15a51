// The vectors were made with Twilio's own helper and checked with an independent HMAC
// (telephony §1.7).
#include <algorithm>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "channel/twilio/signature.hpp"
#include "net/hmac.hpp"

namespace callosum::channel::twilio {
namespace {

const Secret kToken("12345");
const FormFields kCall{{"To", "+18005551212"},
                       {"CallSid", "CA1234567890ABCDE"},
                       {"Caller", "+14158675310"},
                       {"Digits", "1234"},
                       {"From", "+14158675310"}};
constexpr std::string_view kUrl = "https://example.com/myapp.php?foo=1&bar=2";

TEST(TwilioSignature, IsTwiliosOwnForEveryVector) {
  EXPECT_EQ(sign(kToken, kUrl, kCall), "L/OH5YylLD5NRKLltdqwSvS0BnU=");
  EXPECT_EQ(sign(kToken, "https://example.com/voice?CallSid=CA1&From=%2B15550001111"),
            "B3Jc6pb9C/W/tzWfaqFgEKhM7+s=");
  EXPECT_EQ(sign(kToken, "wss://example.com/media"), "7PR3qMkpDyEJtMrVOY/LDyNq8J8=");
  EXPECT_EQ(sign(kToken, "wss://example.com/media/"), "T+WBXwUXC0/CyoZ1DA+p9ilZORs=");
  EXPECT_EQ(sign(kToken, "https://example.com/media"), "6HZQ7Cq/dSYDCAiy3qRA6PZfACI=");
}

TEST(TwilioSignature, OfAHashIsRfc2202s) {
  EXPECT_EQ(encode_hex(net::hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(TwilioSignature, TakesEachValueOfARepeatedNameOnceInOrder) {
  const FormFields repeated{{"A", "b"}, {"A", "a"}, {"A", "b"}};
  const FormFields once{{"A", "a"}, {"A", "b"}};
  EXPECT_EQ(sign(kToken, kUrl, repeated), sign(kToken, kUrl, once));
  EXPECT_EQ(sign(kToken, kUrl, once), sign(kToken, std::string(kUrl) + "AaAb"));
}

TEST(TwilioSignature, OfABodyHoldsForThatBodyAlone) {
  const std::string url =
      "https://example.com/j?bodySHA256="
      "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
  const std::string signature = "6GDIxue6P6vEr2mLx8Gq5cr0sCg=";

  EXPECT_TRUE(verify_body(kToken, url, R"({"a":1})", signature));
  EXPECT_FALSE(verify_body(kToken, url, R"({"a":2})", signature));
  const std::string bare = "https://example.com/j";
  EXPECT_FALSE(verify_body(kToken, bare, R"({"a":1})", sign(kToken, bare)));
}

TEST(TwilioSignature, HoldsWithAndWithoutThePort) {
  const auto good = [](const char* url, const char* as_signed) {
    return verify_form(kToken, url, kCall, sign(kToken, as_signed, kCall));
  };
  EXPECT_TRUE(good("https://example.com/x", "https://example.com:443/x"));
  EXPECT_TRUE(good("https://example.com:8443/x", "https://example.com:8443/x"));
  EXPECT_TRUE(good("https://example.com:8443/x", "https://example.com/x"));
  EXPECT_TRUE(good("https://u:p@example.com/x", "https://u:p@example.com:443/x"));
  EXPECT_TRUE(good("https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x"));
  EXPECT_FALSE(good("https://example.com/x", "https://example.com:80/x"));
  EXPECT_FALSE(good("https://example.com/x", "http://example.com/x"));
  EXPECT_FALSE(good("https://example.com/x", "https://example.com/x/"));
}

TEST(TwilioSignature, OfAnUpgradeSaysWhichUrlWasSigned) {
  for (const auto* url : {"wss://example.com/media", "wss://example.com/media/",
                          "wss://example.com:443/media", "wss://example.com:443/media/"}) {
    EXPECT_EQ(find_signed_upgrade(kToken, "wss://example.com/media", sign(kToken, url)), url);
  }
  EXPECT_EQ(find_signed_upgrade(kToken, "wss://example.com/media",
                                sign(kToken, "https://example.com/media")),
            "");
}

TEST(TwilioSignature, WithNoTokenHoldsForNobody) {
  const Secret none;
  EXPECT_FALSE(verify_form(none, kUrl, kCall, sign(none, kUrl, kCall)));
  EXPECT_EQ(find_signed_upgrade(none, "wss://example.com/m", sign(none, "wss://example.com/m")),
            "");
}

/// One parameter changed, added, removed, or a bit of the signature, the URL or a value turned.
TEST(TwilioSignature, OfNoneOfTenThousandMutantsHolds) {
  SeededRandom random(7);
  const std::string signature = sign(kToken, kUrl, kCall);
  const auto turn_bit = [&random](std::string text) {
    text[random.next_u64() % text.size()] ^= static_cast<char>(1u << (random.next_u64() % 7));
    return text;
  };
  int passed = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto fields = kCall;
    std::string url(kUrl);
    auto signed_as = signature;
    auto& chosen = fields[random.next_u64() % fields.size()];
    switch (i % 6) {
      case 0:
        signed_as = turn_bit(signed_as);
        break;
      case 1:
        url = turn_bit(url);
        break;
      case 2:
        chosen.second = turn_bit(chosen.second);
        break;
      case 3:
        chosen.first = turn_bit(chosen.first);
        break;
      case 4:
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i % 5));
        break;
      default:
        fields.emplace_back("X" + std::to_string(i), "1");
        break;
    }
    passed += verify_form(kToken, url, fields, signed_as) ? 1 : 0;
  }
  EXPECT_EQ(passed, 0);
  EXPECT_TRUE(verify_form(kToken, kUrl, kCall, signature));
}

}  // namespace
}  // namespace callosum::channel::twilio
