#include "net/address_rules.hpp"

#include <boost/asio/ip/address.hpp>
#include <gtest/gtest.h>
#include <string>

namespace callosum::net {
namespace {

bool is_public(const std::string& text) {
  const auto judged = is_public_literal(text);
  EXPECT_TRUE(judged) << text;
  return judged.value_or(true);
}

TEST(AddressRules, RefuseWhatIsNotOfTheOpenInternet) {
  for (const char* text :
       {"0.0.0.0",         "0.1.2.3",        "10.0.0.1",        "10.255.255.255",  "100.64.0.1",
        "100.127.255.255", "127.0.0.1",      "127.255.255.255", "169.254.169.254", "172.16.0.1",
        "172.31.255.255",  "192.0.0.8",      "192.0.2.1",       "192.88.99.1",     "192.168.1.1",
        "198.18.0.1",      "198.19.255.255", "198.51.100.7",    "203.0.113.7",     "224.0.0.1",
        "239.255.255.255", "240.0.0.1",      "255.255.255.255"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  for (const char* text : {"::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::8.8.8.8",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:0:4136:e378::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "3fff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fe80::1%lo",
                           "fec0::1",
                           "ff02::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(AddressRules, LetTheOpenInternetPass) {
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
                           "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.1",
                           "192.167.255.255", "198.17.255.255", "198.20.0.1", "223.255.255.255",
                           "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(AddressRules, JudgeNoNames) {
  // These are names to us; the system's resolver takes them for addresses, which are judged then.
  for (const char* text : {"localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0"}) {
    EXPECT_FALSE(is_public_literal(text)) << text;
  }
}

}  // namespace
}  // namespace callosum::net
