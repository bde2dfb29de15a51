#include "sim/google/oauth.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "sim/google/id_token.hpp"
#include "sim/google/pkce.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::google {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 7636, appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Fixture {
  async::VirtualTime time;
  SeededRandom random{7};
  OAuth oauth{time, random, seconds(60)};
  AuthRequest request{.client_id = "client",
                      .redirect_uri = "http://here.example/back",
                      .scopes = {"openid"},
                      .challenge = kChallenge,
                      .challenge_method = "S256",
                      .is_offline = true};

  std::string code() { return oauth.give_code(request, "john@work.example", request.scopes); }
  OAuthAnswer<Tokens> redeem(const std::string& code,
                             std::optional<std::string> verifier = kVerifier) {
    const CodeExchange exchange{code, "client", "http://here.example/back", std::move(verifier)};
    return oauth.redeem(exchange);
  }
};

TEST(SimPkce, HoldsAVerifierAgainstItsChallenge) {
  EXPECT_TRUE(matches_challenge(kVerifier, kChallenge, "S256"));
  EXPECT_FALSE(matches_challenge(kVerifier, kVerifier, "S256"));
  EXPECT_TRUE(matches_challenge(kVerifier, kVerifier, "plain"));
  EXPECT_TRUE(matches_challenge(kVerifier, kVerifier, ""));
  EXPECT_FALSE(matches_challenge("short", "short", "plain"));
}

TEST(SimPkce, KnowsWhatAVerifierMayBe) {
  EXPECT_TRUE(is_code_verifier(std::string(43, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(127, '~') + "."));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a')));
  EXPECT_FALSE(is_code_verifier(std::string(129, 'a')));
  EXPECT_FALSE(is_code_verifier(std::string(43, '/')));
}

TEST(SimIdToken, SignsAsTheStandardDoes) {
  // RFC 4231, test case 2; and a key longer than a block, case 6.
  const auto hex = [](const std::string& bytes) {
    return encode_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(SimOAuth, GivesTokensForACodeOnce) {
  Fixture f;
  const auto code = f.code();

  const auto first = f.redeem(code);
  const auto second = f.redeem(code);

  ASSERT_TRUE(first);
  EXPECT_FALSE(first->refresh_token.empty());
  ASSERT_TRUE(f.oauth.find_access(first->access_token));
  EXPECT_EQ(f.oauth.find_access(first->access_token)->account, "john@work.example");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().error, "invalid_grant");
}

TEST(SimOAuth, AWrongVerifierDoesNotSpendTheCode) {
  Fixture f;
  const auto code = f.code();

  EXPECT_EQ(f.redeem(code, std::string(43, 'x')).error().description, "Invalid code verifier.");
  EXPECT_EQ(f.redeem(code, std::nullopt).error().description, "Missing code verifier.");
  EXPECT_TRUE(f.redeem(code));
}

TEST(SimOAuth, AVerifierWithoutAChallengeIsRefused) {
  Fixture f;
  f.request.challenge.clear();
  const auto code = f.code();

  EXPECT_EQ(f.redeem(code).error().error, "invalid_grant");
  EXPECT_TRUE(f.redeem(code, std::nullopt));
}

TEST(SimOAuth, CodesAndTokensExpire) {
  Fixture f;
  const auto late = f.code();
  const auto tokens = f.redeem(f.code());

  f.time.advance(seconds(61));
  EXPECT_FALSE(f.oauth.find_access(tokens->access_token));
  const auto fresh = f.oauth.refresh(tokens->refresh_token, "client");
  f.time.advance(minutes(10));

  ASSERT_TRUE(fresh);
  EXPECT_NE(fresh->access_token, tokens->access_token);
  EXPECT_TRUE(fresh->refresh_token.empty());
  EXPECT_FALSE(f.redeem(late));
}

TEST(SimOAuth, GivesARefreshTokenAgainOnlyWhereConsentIsAskedAnew) {
  Fixture f;
  f.redeem(f.code());

  EXPECT_TRUE(f.redeem(f.code())->refresh_token.empty());
  f.request.prompt = "consent";
  EXPECT_FALSE(f.redeem(f.code())->refresh_token.empty());
  f.request.is_offline = false;
  EXPECT_TRUE(f.redeem(f.code())->refresh_token.empty());
}

TEST(SimOAuth, RevokingAnyTokenEndsTheWholeGrantAndNoOther) {
  Fixture f;
  const auto tokens = f.redeem(f.code());
  f.request.client_id = "another";
  const auto code = f.code();
  const CodeExchange exchange{code, "another", "http://here.example/back", kVerifier};
  const auto others = f.oauth.redeem(exchange);

  EXPECT_TRUE(f.oauth.revoke(tokens->access_token));

  EXPECT_FALSE(f.oauth.find_access(tokens->access_token));
  EXPECT_EQ(f.oauth.refresh(tokens->refresh_token, "client").error().description,
            "Token has been expired or revoked.");
  EXPECT_FALSE(f.oauth.revoke(tokens->refresh_token));
  EXPECT_TRUE(f.oauth.find_access(others->access_token));
  EXPECT_EQ(f.oauth.revoke_account("john@work.example"), 1u);
  EXPECT_FALSE(f.oauth.find_access(others->access_token));
}

TEST(SimOAuth, OldTokensStayDeadWhenConsentIsGivenAgain) {
  Fixture f;
  const auto tokens = f.redeem(f.code());
  f.oauth.revoke(tokens->refresh_token);

  const auto again = f.redeem(f.code());

  EXPECT_FALSE(f.oauth.find_access(tokens->access_token));
  EXPECT_FALSE(f.oauth.refresh(tokens->refresh_token, "client"));
  EXPECT_TRUE(f.oauth.refresh(again->refresh_token, "client"));
}

TEST(SimOAuth, ARefreshTokenIsItsClientsAlone) {
  Fixture f;
  const auto tokens = f.redeem(f.code());

  EXPECT_EQ(f.oauth.refresh(tokens->refresh_token, "another").error().error, "unauthorized_client");
  EXPECT_EQ(f.oauth.refresh(tokens->access_token, "client").error().error, "invalid_grant");
  EXPECT_FALSE(f.oauth.find_access(tokens->refresh_token));
}

TEST(SimOAuth, TheHundredAndFirstRefreshTokenEndsTheOldest) {
  Fixture f;
  f.request.prompt = "consent";
  const auto oldest = f.redeem(f.code())->refresh_token;
  const auto second = f.redeem(f.code())->refresh_token;

  for (int i = 0; i < 99; ++i) f.redeem(f.code());

  EXPECT_FALSE(f.oauth.refresh(oldest, "client"));
  EXPECT_TRUE(f.oauth.refresh(second, "client"));
}

TEST(SimOAuth, ScopesGrantedBeforeAreIncludedWhenAskedFor) {
  Fixture f;
  f.redeem(f.code());
  f.request.scopes = {std::string(scope::kMailReadonly)};

  EXPECT_EQ(f.redeem(f.code())->scopes, f.request.scopes);
  f.request.includes_granted = true;
  EXPECT_EQ(f.redeem(f.code())->scopes, (Scopes{"openid", std::string(scope::kMailReadonly)}));
  EXPECT_EQ(parse_scopes(" email  email openid"), (Scopes{std::string(scope::kEmail), "openid"}));
}

}  // namespace
}  // namespace callosum::sim::google
