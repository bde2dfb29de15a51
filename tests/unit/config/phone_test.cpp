// Which carriers' calls a configuration takes, and with what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace callosum::config {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUrl = "phone.public_url=https://voice.example";

LoadOutcome load_phone(std::vector<std::string> sets) {
  sets.emplace_back(kUrl);
  const Environment environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "TOKEN") return "a-token";
    return std::nullopt;
  };
  return load_text("", {"", std::move(sets), environment});
}

std::vector<std::string> problems_of(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(PhoneConfig, TakesCallsOfAnyOneCarrier) {
  const std::string key = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
  const auto telnyx = load_phone({"phone.telnyx.public_key=" + key});
  EXPECT_THAT(problems_of(telnyx), IsEmpty());
  EXPECT_EQ(telnyx.config.phone.telnyx_public_key, key);
  const auto plivo = load_phone({"phone.plivo.auth_token_env=TOKEN"});
  EXPECT_THAT(problems_of(plivo), IsEmpty());
  EXPECT_EQ(plivo.config.phone.plivo_auth_token.reveal(), "a-token");
  EXPECT_TRUE(plivo.config.phone.auth_token.empty());
}

TEST(PhoneConfig, SaysWhichKeyOfACarrierIsWrong) {
  EXPECT_THAT(problems_of(load_phone({})), Contains(HasSubstr("phone.plivo.auth_token_env")));
  for (const auto* bad : {"AAAA", "not base64", "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"}) {
    const auto wrong = load_phone({std::string("phone.telnyx.public_key=") + bad});
    EXPECT_THAT(problems_of(wrong), Contains(HasSubstr("phone.telnyx.public_key"))) << bad;
  }
  for (const auto* name : {"twilio", "plivo"}) {
    const auto key = "phone." + std::string(name) + ".auth_token_env";
    const auto unset = load_phone({key + "=NOT_THERE"});
    EXPECT_THAT(problems_of(unset), Contains(HasSubstr(key))) << name;
  }
}

}  // namespace
}  // namespace callosum::config
