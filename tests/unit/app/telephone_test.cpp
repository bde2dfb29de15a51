#include "app/call/telephone.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callosum::app {
namespace {

using ::testing::HasSubstr;

const config::Environment kEnv = [](std::string_view name) -> std::optional<std::string> {
  if (name == "CARRIER_TOKEN") return "secret words";
  return std::nullopt;
};

TelephoneCall call_of(TelephoneLine line) {
  TelephoneCall call;
  call.line = std::move(line);
  call.gateway = "http://127.0.0.1:8080";
  call.auth_token_env = "CARRIER_TOKEN";
  call.speech = "question.wav";
  return call;
}

const TelephoneLine kLine{"https://voice.example", "+12125550101", "+12125550199"};

TEST(Telephone, WhatTheDemoLeavesIsReadBack) {
  const auto line = parse_telephone_line(to_line(kLine));

  ASSERT_TRUE(line);
  EXPECT_EQ(line->public_url, kLine.public_url);
  EXPECT_EQ(line->called, kLine.called);
  EXPECT_EQ(line->caller, kLine.caller);
  EXPECT_FALSE(parse_telephone_line(""));
  EXPECT_FALSE(parse_telephone_line("[1]"));
}

TEST(Telephone, TheSimulatorIsToldAllButTheSecret) {
  auto call = call_of(kLine);
  call.save = "reply.wav";
  call.is_json = true;

  const auto words = telephone_command(call, "/bin/callosum-sim");

  EXPECT_THAT(words, ::testing::ElementsAre("/bin/callosum-sim", "twilio", "--to",
                                            "http://127.0.0.1:8080/twilio/voice", "--public-url",
                                            "https://voice.example/twilio/voice", "--called",
                                            "+12125550101", "--from", "+12125550199", "--wav",
                                            "question.wav", "--save", "reply.wav", "--json"));
}

TEST(Telephone, WhatIsMissingIsNamedBeforeAnythingIsStarted) {
  const std::string nowhere = "/nonexistent/callosum-sim";
  EXPECT_THAT(place_telephone_call(call_of({}), nowhere, kEnv).message,
              HasSubstr("phone.public_url"));
  auto no_token = call_of(kLine);
  no_token.auth_token_env = "NO_SUCH_VARIABLE";
  EXPECT_THAT(place_telephone_call(no_token, nowhere, kEnv).message, HasSubstr("NO_SUCH_VARIABLE"));
  EXPECT_THAT(place_telephone_call(call_of(kLine), nowhere, kEnv).message, HasSubstr(nowhere));
}

}  // namespace
}  // namespace callosum::app
