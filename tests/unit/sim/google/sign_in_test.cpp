#include <gtest/gtest.h>

#include "google_line.hpp"

namespace callosum::sim::google {
namespace {

using testing::GoogleLine;
using testing::refusal_of;

const std::string kAuth =
    "/o/oauth2/v2/auth?client_id=c&redirect_uri=http%3A%2F%2Fhere.example%2Fback%3Fa%3D1"
    "&response_type=code&scope=openid%20email&state=s%26t";

TEST(SimGoogleSignIn, ThePageOffersAccountsAndScopesAndSendsBackACode) {
  GoogleLine line{OAuthOptions{}};

  const auto page = line.send("GET", kAuth + "&login_hint=john@home.example");
  const auto answer =
      line.send("POST", kAuth, "account=john%40home.example&scope=openid&decision=allow");

  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("john@work.example"), std::string::npos);
  EXPECT_NE(page.body.find("userinfo.email"), std::string::npos);
  EXPECT_EQ(answer.status, 302);
  const std::string location(answer.headers.get("Location"));
  EXPECT_TRUE(location.starts_with("http://here.example/back?a=1&state=s%26t&")) << location;
  EXPECT_NE(location.find("&code=4%2F0sim"), std::string::npos) << location;
  EXPECT_NE(location.find("&scope=openid&"), std::string::npos) << location;
}

TEST(SimGoogleSignIn, ThePageTakesNoMarkupFromOutside) {
  GoogleLine line{OAuthOptions{}};

  const auto page = line.send("GET", kAuth + "&x=%3Cscript%3E&client_id=%22");
  const auto error = line.send(
      "GET", "/o/oauth2/v2/auth?client_id=%3Cscript%3E&redirect_uri=%3Cscript%3Ealert(1)");

  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.body.find("<script>"), std::string::npos);
  EXPECT_NE(error.body.find("&lt;script&gt;"), std::string::npos);
}

TEST(SimGoogleSignIn, NobodyIsSentToAnAddressThatIsNone) {
  GoogleLine line;
  for (const std::string uri :
       {"javascript:alert(1)", "/back", "http://here.example/%0d%0aSet-Cookie:%20a",
        "http://here.example/#a", "ftp://here.example/", ""}) {
    const auto answer = line.send("GET",
                                  "/o/oauth2/v2/auth?client_id=c&response_type=code"
                                  "&scope=openid&redirect_uri=" +
                                      uri);
    EXPECT_EQ(answer.status, 400) << uri;
    EXPECT_FALSE(answer.headers.has("Location")) << uri;
  }
}

TEST(SimGoogleSignIn, AClientWithASecretMustSayItAndNameItsAddress) {
  OAuthOptions options{.consent = ConsentMode::automatic,
                       .client_id = "c",
                       .client_secret = "s",
                       .redirect_uris = {"http://here.example/back?a=1"}};
  GoogleLine line{options};
  const auto ask = [&](const std::string& form) {
    const auto answer = line.send("POST", "/token", form);
    return std::to_string(answer.status) + " " +
           std::string(text_at(GoogleLine::object_of(answer), "error"));
  };

  EXPECT_EQ(line.send("GET", kAuth).status, 302);
  EXPECT_EQ(line.send("GET", kAuth + "x&redirect_uri=http://there.example/").status, 302);
  EXPECT_NE(line.send("GET",
                      "/o/oauth2/v2/auth?client_id=c&scope=openid&response_type=code"
                      "&redirect_uri=http://there.example/")
                .body.find("redirect_uri_mismatch"),
            std::string::npos);
  EXPECT_EQ(ask("client_id=d&grant_type=refresh_token"), "401 invalid_client");
  EXPECT_EQ(ask("client_id=c&grant_type=refresh_token"), "400 invalid_request");
  EXPECT_EQ(ask("client_id=c&client_secret=t&grant_type=refresh_token"), "401 invalid_client");
  EXPECT_EQ(ask("client_id=c&client_secret=s&grant_type=refresh_token&refresh_token=x"),
            "400 invalid_grant");
  EXPECT_EQ(ask("client_id=c&client_secret=s&grant_type=password"), "400 unsupported_grant_type");
  line.headers = {{"Authorization", "Basic Yzpz"}};
  EXPECT_EQ(ask("grant_type=refresh_token&refresh_token=x"), "400 invalid_grant");
}

TEST(SimGoogleSignIn, WithoutAQuestionOnlyWhatWasGrantedBefore) {
  GoogleLine line;

  const auto before = line.send("GET", kAuth + "&prompt=none");
  const auto location = std::string(line.send("GET", kAuth).headers.get("Location"));
  const auto begin = location.find("&code=") + 6;
  line.send("POST", "/token",
            "client_id=c&grant_type=authorization_code&code=" +
                location.substr(begin, location.find('&', begin) - begin) +
                "&redirect_uri=http%3A%2F%2Fhere.example%2Fback%3Fa%3D1");
  const auto after = line.send("GET", kAuth + "&prompt=none");

  EXPECT_NE(before.headers.get("Location").find("error=interaction_required"), std::string::npos);
  EXPECT_NE(after.headers.get("Location").find("&code="), std::string::npos);
}

TEST(SimGoogleSignIn, ATokenEndsWhenItsTimeIsOver) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto ask = [&] {
    return refusal_of(line.send("GET", "/gmail/v1/users/me/profile", {}, line.token));
  };

  EXPECT_EQ(ask(), "200");
  line.virtual_world.time().advance(std::chrono::hours(1));
  EXPECT_TRUE(ask().starts_with("401 authError: ")) << ask();
}

TEST(SimGoogleSignIn, TheUserMayTakeItAllBack) {
  GoogleLine line;
  line.sign_in("john@work.example");

  const auto revoked =
      GoogleLine::object_of(line.send("POST", "/sim/revoke?account=john%40work.example"));

  EXPECT_EQ(revoked.at("revoked"), 1);
  EXPECT_EQ(line.send("GET", "/gmail/v1/users/me/profile", {}, line.token).status, 401);
}

}  // namespace
}  // namespace callosum::sim::google
