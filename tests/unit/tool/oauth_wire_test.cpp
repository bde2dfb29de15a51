#include "tool/account/oauth_wire.hpp"

#include <gmock/gmock.h>

namespace callosum::tool::account {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OAuthWire, ReadsATokenAnswer) {
  const auto answer = decode_token_answer(
      R"({"access_token":"ya29.a","refresh_token":"1//r","expires_in":3599,"scope":"openid a",)"
      R"("token_type":"Bearer","id_token":"a.b.c","more":{"x":[1]}})");

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->access_token.reveal(), "ya29.a");
  EXPECT_EQ(answer->refresh_token.reveal(), "1//r");
  EXPECT_EQ(answer->id_token.reveal(), "a.b.c");
  EXPECT_EQ(answer->scopes, "openid a");
  EXPECT_EQ(answer->life, 3599s);
}

TEST(OAuthWire, KnowsALifeWhereNoneIsToldOrItMakesNoSense) {
  const auto life = [](const std::string& told) {
    return decode_token_answer(R"({"access_token":"a")" + told + "}")->life;
  };
  for (const auto* told : {"", R"(,"expires_in":"3600")", R"(,"expires_in":-1)",
                           R"(,"expires_in":0)", R"(,"expires_in":1.5)"}) {
    EXPECT_EQ(life(told), 300s) << told;
  }
  EXPECT_EQ(life(R"(,"expires_in":9000000000000000000)"), 30 * 24h);
}

TEST(OAuthWire, RefusesWhatIsNoAnswerAndQuotesNothingOfIt) {
  for (const std::string body :
       {"", "[]", "null", "{}", R"({"access_token":""})", R"({"access_token":1})",
        R"({"access_token":"has space"})", "{\"access_token\":\"line\\nbreak\"}",
        R"({"access_token":"tok","refresh_token":"two words"})",
        R"({"access_token":"tok","token_type":"mac"})",
        R"({"access_token":"tok","scope":"caf\u00e9"})",
        R"({"access_token":"tok","access_token":"tok"})"}) {
    const auto answer = decode_token_answer(body);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().type, ErrorType::invalid_output);
    EXPECT_THAT(answer.error().message + answer.error().detail, Not(HasSubstr("tok\""))) << body;
  }
}

TEST(OAuthWire, ReadsOneWordOfARefusal) {
  EXPECT_EQ(decode_error_word(R"({"error":"invalid_grant","error_description":"ya29"})"),
            "invalid_grant");
  for (const auto* body : {"", "<html>", "{}", R"({"error":{"code":401}})",
                           R"({"error":"Token ya29.a was revoked"})"}) {
    EXPECT_EQ(decode_error_word(body), "") << body;
  }
}

TEST(OAuthWire, EscapesWhatItSends) {
  OAuthService service;
  service.client_id = "a&b";
  service.auth_url = "https://a.example/auth?tenant=1";
  service.scopes = {"openid", "https://a.example/x"};

  const auto url = sign_in_url(service, {"st", "ver", "https://b.example/back?x=1", ""});
  const auto form = code_form(service, {"4/0&code", "ver", "https://b.example/back"});

  EXPECT_THAT(url, ::testing::StartsWith("https://a.example/auth?tenant=1&response_type=code&"));
  EXPECT_THAT(url,
              HasSubstr("client_id=a%26b&redirect_uri=https%3A%2F%2Fb.example%2Fback%3Fx%3D1"));
  EXPECT_THAT(url, HasSubstr("scope=openid%20https%3A%2F%2Fa.example%2Fx"));
  EXPECT_THAT(url, Not(HasSubstr("login_hint")));
  EXPECT_THAT(form.reveal(), HasSubstr("code=4%2F0%26code"));
  EXPECT_THAT(form.reveal(), Not(HasSubstr("client_secret")));
}

}  // namespace
}  // namespace callosum::tool::account
