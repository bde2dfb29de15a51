// Vectors made by the official package (protocol: telephony §1.7).
#include "sim/twilio/signature.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "sim/twilio/sha1.hpp"

namespace callosum::sim::twilio {
namespace {

TEST(TwilioSha1, HashesAsTheStandardSays) {
  EXPECT_EQ(encode_hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(encode_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(encode_hex(sha1(std::string(1000, 'a'))), "291e9a6c66994949b57ba5e650361e98fc36b1ba");
}

TEST(TwilioSha1, TakesKeysOfAnyLength) {
  EXPECT_EQ(encode_hex(hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(encode_hex(hmac_sha1(std::string(80, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(TwilioSignature, IsThatOfTheOfficialPackage) {
  const FormFields form{{"To", "+18005551212"},
                        {"CallSid", "CA1234567890ABCDE"},
                        {"Caller", "+14158675310"},
                        {"From", "+14158675310"},
                        {"Digits", "1234"}};
  EXPECT_EQ(sign_request("12345", "https://example.com/myapp.php?foo=1&bar=2", form),
            "L/OH5YylLD5NRKLltdqwSvS0BnU=");
  EXPECT_EQ(sign_request("12345", "https://example.com/voice?CallSid=CA1&From=%2B15550001111"),
            "B3Jc6pb9C/W/tzWfaqFgEKhM7+s=");
  EXPECT_EQ(sign_request("12345", "wss://example.com/media"), "7PR3qMkpDyEJtMrVOY/LDyNq8J8=");
  EXPECT_EQ(sign_request("12345", "wss://example.com/media/"), "T+WBXwUXC0/CyoZ1DA+p9ilZORs=");
}

TEST(TwilioSignature, TakesRepeatedValuesOnceAndInOrder) {
  const FormFields repeated{{"A", "b"}, {"A", "a"}, {"A", "b"}};
  const FormFields plain{{"Aa", "Ab"}};

  EXPECT_EQ(sign_request("k", "http://h/", repeated), sign_request("k", "http://h/", plain));
}

TEST(TwilioSignature, WritesAnUpgradeInEachOfItsForms) {
  const std::string url = "wss://example.com/media";

  EXPECT_EQ(upgrade_url(url, UpgradeForm::plain), url);
  EXPECT_EQ(upgrade_url(url, UpgradeForm::slash), "wss://example.com/media/");
  EXPECT_EQ(upgrade_url(url, UpgradeForm::port), "wss://example.com:443/media");
  EXPECT_EQ(upgrade_url(url, UpgradeForm::port_slash), "wss://example.com:443/media/");
  EXPECT_EQ(upgrade_url("ws://h:8080/media", UpgradeForm::port), "ws://h:8080/media");
}

TEST(TwilioForm, EscapesWhatAFormMust) {
  EXPECT_EQ(encode_form({{"From", "+31 6"}, {"Empty", ""}, {"U", "é&="}}),
            "From=%2B31%206&Empty=&U=%C3%A9%26%3D");
}

}  // namespace
}  // namespace callosum::sim::twilio
