// What the doors to connected accounts let in and show.
#include <gmock/gmock.h>

#include "api/account_pages.hpp"
#include "api/account_start.hpp"

namespace callosum::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AccountStart, LeadsOnToThisGatewayAndAllowedOriginsAlone) {
  const auth::OriginPolicy origins({"https://shop.example"}, false);
  for (const auto* good : {"", "/", "/console?a=1#b", "https://shop.example",
                           "https://shop.example/a?b=c", "https://shop.example:443/"}) {
    EXPECT_TRUE(check_return_to(good, origins)) << good;
  }
  for (const auto* bad :
       {"//evil.example", "/\\evil.example", "https://evil.example", "https://shop.example.evil/",
        "https://shop.example@evil.example/", "http://shop.example/", "javascript:alert(1)",
        "wss://shop.example/", "console", "/a b", "/a\nb", "/\"><script>"}) {
    EXPECT_FALSE(check_return_to(bad, origins)) << bad;
  }
  EXPECT_FALSE(check_return_to("/" + std::string(5000, 'a'), origins));
}

TEST(AccountStart, KnowsItsOwnAddressOnThisMachineAlone) {
  net::HttpRequest request;
  request.is_loopback = true;
  const auto redirect = [&request](const std::string& host) {
    request.headers.set("Host", host);
    const auto found = local_redirect(request, "google");
    return found ? *found : std::string();
  };

  EXPECT_EQ(redirect("127.0.0.1:8080"), "http://127.0.0.1:8080/api/accounts/google/callback");
  EXPECT_EQ(redirect("localhost:1"), "http://localhost:1/api/accounts/google/callback");
  EXPECT_EQ(redirect("[::1]:8080"), "http://[::1]:8080/api/accounts/google/callback");
  for (const auto* host : {"", "evil.example", "127.0.0.1.evil.example", "127.0.0.1/x", "10.0.0.1",
                           "evil.example@127.0.0.1", "127.0.0.1#"}) {
    EXPECT_EQ(redirect(host), "") << host;
  }
  request.is_loopback = false;  // somebody else's browser
  EXPECT_EQ(redirect("127.0.0.1:8080"), "");
  request.is_loopback = request.is_tls = true;
  EXPECT_THAT(redirect("localhost:1"), HasSubstr("https://localhost:1/"));
}

TEST(AccountPages, EscapeWhatStrangersSay) {
  const std::string bad = "\"><script>alert('1')</script>&";
  const auto question = account_question({bad, bad, bad, bad, bad});
  const auto page = account_page({400, bad, bad, bad});

  for (const auto* response : {&question, &page}) {
    EXPECT_THAT(response->body, Not(HasSubstr("<script")));
    EXPECT_THAT(response->body, HasSubstr("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)"));
    EXPECT_THAT(std::string(response->headers.get("Content-Security-Policy")),
                HasSubstr("default-src 'none'"));
    EXPECT_EQ(response->headers.get("X-Frame-Options"), "DENY");
  }
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(account_page({200, "a", "b", ""}).body, Not(HasSubstr("href")));
}

}  // namespace
}  // namespace callosum::api
