#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "api/auth/authenticator.hpp"
#include "api/auth/jwt.hpp"
#include "api/auth/origin_policy.hpp"
#include "base/json.hpp"

namespace callosum::api::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class HandClock final : public Clock {
 public:
  SteadyTime now() const override { return steady; }
  WallTime wall_now() const override { return wall; }
  void pass(std::chrono::seconds span) {
    steady += span;
    wall += span;
  }
  SteadyTime steady{};
  WallTime wall{1'800'000'000s};
};

const std::string kApiKey = "sk-service-0123456789abcdef";
const Secret kShared("0123456789abcdef0123456789abcdef");

struct World {
  HandClock clock;
  SystemRandom random;
  ClientSecretStore secrets{clock, random, 8};
  Authenticator door{AuthKeys{JwtRules{JwtAlgorithm::hs256, kShared, "", ""},
                              {{sha256("another key"), "other", {}, {}},
                               {sha256(kApiKey), "billing", {"t1"}, {"admin"}}}},
                     secrets, clock};

  std::string jwt(std::chrono::seconds life = 1h) {
    return mint_token(
               {{"sub", "u1"}, {"tenants", json::array{"t1"}}, {"exp", epoch_s(clock.wall + life)}},
               kShared, JwtAlgorithm::hs256)
        .value();
  }
  Principal owner() { return {.subject = "u1", .tenants = {"t1"}}; }
};

net::HttpRequest request(std::vector<std::pair<std::string, std::string>> headers) {
  net::HttpRequest out;
  out.target = "/v1/realtime?model=x";
  for (auto& [name, value] : headers) out.headers.add(name, value);
  return out;
}

net::HttpRequest bearer(const std::string& credential) {
  return request({{"Authorization", "Bearer " + credential}});
}

net::HttpRequest upgrade(const std::string& protocols) {
  return request({{"Upgrade", "websocket"}, {"Sec-WebSocket-Protocol", protocols}});
}

TEST(Authenticator, KnowsTheThreeKindsOfCredential) {
  World world;
  const auto secret = world.secrets.mint(world.owner(), {{"voice", "slt"}}).value();

  const auto by_jwt = world.door.authenticate(bearer(world.jwt()));
  const auto by_key = world.door.authenticate(bearer(kApiKey));
  const auto by_secret = world.door.authenticate(bearer(secret.value));

  ASSERT_TRUE(by_jwt && by_key && by_secret);
  EXPECT_EQ(by_jwt->kind, CredentialKind::jwt);
  EXPECT_EQ(by_key->kind, CredentialKind::api_key);
  EXPECT_EQ(by_key->subject, "billing");
  EXPECT_THAT(by_key->roles, ElementsAre("admin"));
  EXPECT_FALSE(by_key->expires_at);
  EXPECT_EQ(by_secret->kind, CredentialKind::client_secret);
  EXPECT_EQ(by_secret->subject, "u1");
  EXPECT_EQ(by_secret->session->at("voice").as_string(), "slt");
}

TEST(Authenticator, ReadsTheSubprotocolOfBrowsersAndToleratesMore) {
  World world;

  EXPECT_TRUE(world.door.authenticate(upgrade("realtime, openai-insecure-api-key." + world.jwt())));
  EXPECT_TRUE(world.door.authenticate(upgrade("realtime,openai-insecure-api-key." + kApiKey +
                                              ", openai-agents-sdk.0.20.0,openai-project.p")));
  EXPECT_TRUE(world.door.authenticate(
      request({{"upgrade", "WebSocket"},
               {"sec-websocket-protocol", "realtime"},
               {"Sec-WebSocket-Protocol", "openai-insecure-api-key." + kApiKey}})));
  EXPECT_EQ(choose_subprotocol(upgrade("x, realtime , y")), "realtime");
  EXPECT_EQ(choose_subprotocol(upgrade("x, y")), "");
}

TEST(Authenticator, GivesEveryFailureTheSameFaceAndItsReasonToTheLog) {
  World world;
  const std::vector<std::pair<net::HttpRequest, std::string>> cases{
      {request({}), "no credential"},
      {request({{"Cookie", "session=" + kApiKey}}), "no credential"},
      {request({{"Authorization", "Basic " + kApiKey}}), "not of the scheme Bearer"},
      {request({{"Authorization", kApiKey}}), "not of the scheme Bearer"},
      {request({{"Authorization", "Bearer "}}), "malformed"},
      {bearer("two words"), "malformed"},
      {bearer("caf\xc3\xa9"), "malformed"},
      {bearer(std::string(9000, 'a')), "malformed"},
      {request({{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}}), "more than one"},
      {upgrade("openai-insecure-api-key.a, openai-insecure-api-key.b"), "more than one"},
      {upgrade("realtime, openai-insecure-api-key."), "malformed"},
      {upgrade("realtime"), "no credential"},
      {request({{"Sec-WebSocket-Protocol", "openai-insecure-api-key." + kApiKey}}),
       "no credential"},
      {bearer("wrong key"), "malformed"},
      {bearer("sk-wrong"), "three parts"},
      {bearer("ek_00000000000000000000000000000000"), "no such client secret"},
      {bearer(world.jwt(-1s)), "claim exp has passed"}};
  for (const auto& [asked, why] : cases) {
    const auto principal = world.door.authenticate(asked);

    ASSERT_FALSE(principal) << why;
    EXPECT_EQ(principal.error().type, ErrorType::auth);
    EXPECT_EQ(principal.error().message, "not authenticated: a valid token or key is needed");
    EXPECT_THAT(principal.error().detail, HasSubstr(why));
    EXPECT_THAT(principal.error().detail, Not(HasSubstr(kApiKey)));
  }
}

TEST(Authenticator, NeverReadsAQueryString) {
  World world;
  auto asked = request({{"Upgrade", "websocket"}});
  asked.target = "/v1/realtime?api_key=" + kApiKey + "&access_token=" + world.jwt();

  EXPECT_FALSE(world.door.authenticate(asked));
}

TEST(Authenticator, AcceptsNoJwtWhereNoneIsConfigured) {
  World world;
  const Authenticator door(AuthKeys{}, world.secrets, world.clock);

  EXPECT_FALSE(door.authenticate(bearer(world.jwt())));
  EXPECT_FALSE(door.authenticate(bearer(kApiKey)));
}

TEST(ClientSecrets, ServeSeveralConnectionsUntilTheyExpire) {
  World world;
  const auto secret = world.secrets.mint(world.owner(), {}, 60s).value();
  EXPECT_TRUE(secret.value.starts_with("ek_"));
  EXPECT_EQ(secret.value.size(), 3u + 32u);
  EXPECT_EQ(secret.expires_at, world.clock.wall + 60s);

  world.clock.pass(59s);
  EXPECT_TRUE(world.secrets.redeem(secret.value));
  EXPECT_TRUE(world.secrets.redeem(secret.value));
  world.clock.pass(1s);

  EXPECT_EQ(world.secrets.redeem(secret.value).error().detail, "the client secret has expired");
}

TEST(ClientSecrets, ExpireByWhicheverClockIsSooner) {
  World world;
  const auto secret = world.secrets.mint(world.owner(), {}, 60s).value();

  world.clock.pass(61s);
  world.clock.wall -= 24h;

  EXPECT_FALSE(world.secrets.redeem(secret.value));
}

TEST(ClientSecrets, LiveFromTenSecondsToTwoHoursAndNeverLongerThanTheirOwner) {
  World world;
  auto owner = world.owner();
  owner.expires_at = world.clock.wall + 30s;

  EXPECT_FALSE(world.secrets.mint(world.owner(), {}, 9s));
  EXPECT_FALSE(world.secrets.mint(world.owner(), {}, 7201s));
  EXPECT_TRUE(world.secrets.mint(world.owner(), {}, 10s));
  EXPECT_TRUE(world.secrets.mint(world.owner(), {}, 7200s));
  EXPECT_EQ(world.secrets.mint(world.owner(), {})->expires_at, world.clock.wall + 600s);
  EXPECT_EQ(world.secrets.mint(owner, {}, 600s)->expires_at, world.clock.wall + 30s);
}

TEST(ClientSecrets, CannotMintAnother) {
  World world;
  const auto secret = world.secrets.mint(world.owner(), {}).value();

  const auto again = world.secrets.mint(world.secrets.redeem(secret.value).value(), {});

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().type, ErrorType::forbidden);
}

TEST(ClientSecrets, AreBoundedAndMakeRoomWhenSomeExpire) {
  World world;
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(world.secrets.mint(world.owner(), {}, i < 4 ? 10s : 60s));

  EXPECT_EQ(world.secrets.mint(world.owner(), {}).error().type, ErrorType::rate_limit);
  world.clock.pass(10s);

  EXPECT_TRUE(world.secrets.mint(world.owner(), {}));
  EXPECT_EQ(world.secrets.size(), 5u);
}

TEST(ClientSecrets, AreNotAllForOneSubject) {
  HandClock clock;
  SystemRandom random;
  ClientSecretStore secrets(clock, random);
  for (std::size_t i = 0; i < ClientSecretStore::kMaxOfOneSubject; ++i) {
    ASSERT_TRUE(secrets.mint({.subject = "greedy"}, {}));
  }

  EXPECT_EQ(secrets.mint({.subject = "greedy"}, {}).error().type, ErrorType::rate_limit);
  EXPECT_TRUE(secrets.mint({.subject = "other"}, {}));
}

TEST(ClientSecrets, RefuseAGiantSession) {
  World world;

  EXPECT_EQ(world.secrets.mint(world.owner(), {{"x", std::string(70'000, 'x')}}).error().type,
            ErrorType::validation);
}

TEST(ClientSecrets, AreMintedAndRedeemedByManyThreads) {
  HandClock clock;
  SystemRandom random;
  ClientSecretStore secrets(clock, random);
  std::vector<std::thread> threads;
  std::atomic<int> redeemed{0};

  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto secret = secrets.mint({.subject = "s" + std::to_string(t)}, {});
        if (secret && secrets.redeem(secret->value)) ++redeemed;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(redeemed, 800);
}

net::HttpRequest from(const std::string& origin) {
  return request({{"Upgrade", "websocket"}, {"Origin", origin}, {"Cookie", "valid=1"}});
}

TEST(Origins, MustBeListedWhereABrowserSendsOne) {
  const OriginPolicy policy({"https://Shop.example", "http://a.example:8080"}, false);

  EXPECT_TRUE(policy.check(request({{"Upgrade", "websocket"}})));
  EXPECT_TRUE(policy.check(from("https://shop.example")));
  EXPECT_TRUE(policy.check(from("https://shop.example:443")));
  EXPECT_TRUE(policy.check(from("http://a.example:8080")));
  for (const auto* bad :
       {"https://evil", "http://shop.example", "https://shop.example:444",
        "https://shop.example.evil", "https://evil/shop.example", "null", "", "file://",
        "http://localhost:8080", "https://shop.example, https://evil"}) {
    const auto checked = policy.check(from(bad));
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().type, ErrorType::forbidden);
  }
}

TEST(Origins, OfThisMachineMayConnectUnderDemo) {
  const OriginPolicy policy({}, true);

  for (const auto* good : {"http://localhost:5173", "http://127.0.0.1:8080", "https://[::1]:8443",
                           "http://localhost", "http://[::1]"}) {
    EXPECT_TRUE(policy.check(from(good))) << good;
  }
  for (const auto* bad : {"http://localhost.evil.example", "http://127.0.0.1.evil.example:80",
                          "http://evil@localhost", "http://localhost:80.evil", "null",
                          "ftp://localhost", "http://localhost:", "http://evil"}) {
    EXPECT_FALSE(policy.check(from(bad))) << bad;
  }
}

TEST(Origins, AreAllLookedAtWhenThereAreTwo) {
  const OriginPolicy policy({"https://a.example"}, false);
  const auto asked = request({{"Origin", "https://a.example"}, {"origin", "https://evil"}});

  EXPECT_FALSE(policy.check(asked));
}

}  // namespace
}  // namespace callosum::api::auth
