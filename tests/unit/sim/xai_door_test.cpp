#include <gtest/gtest.h>

#include "base/json.hpp"
#include "sim/xai/cloud.hpp"
#include "sim/xai/xai_script.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::xai {
namespace {

struct Fixture {
  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  Stats stats;
  World world{virtual_world.time(), random, log, stats, std::make_shared<XaiScript>()};
  Cloud cloud{world, "secret-key"};

  net::HttpResponse post(std::string target, std::string body,
                         std::string authorization = "Bearer secret-key") {
    net::HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers.set("Authorization", std::move(authorization));
    return virtual_world.run(cloud.handle(request));
  }
  net::UpgradeDecision upgrade(std::string target, std::string authorization,
                               std::string offered = {}) {
    net::HttpRequest request;
    request.target = std::move(target);
    if (!authorization.empty()) request.headers.set("Authorization", std::move(authorization));
    if (!offered.empty()) request.headers.set("Sec-WebSocket-Protocol", std::move(offered));
    return virtual_world.run(cloud.upgrade(request));
  }
  std::string make_secret(std::string body) {
    const auto made = post("/v1/realtime/client_secrets", std::move(body));
    EXPECT_EQ(made.status, 200) << made.body;
    return std::string(text_at(parse_strict(made.body)->get_object(), "value"));
  }
};

TEST(XaiDoor, MakesSecretsInXaisShapeThatExpire) {
  Fixture f;
  const auto made = f.post("/v1/realtime/client_secrets", R"({"expires_after":{"seconds":60}})");
  const auto body = parse_strict(made.body)->get_object();
  const std::string secret(text_at(body, "value"));

  const auto fresh = f.upgrade("/v1/realtime", "", "xai-client-secret." + secret);
  const auto by_header = f.upgrade("/v1/realtime", "Bearer " + secret);
  f.virtual_world.time().advance(std::chrono::seconds(60));
  const auto stale = f.upgrade("/v1/realtime", "", "xai-client-secret." + secret);

  EXPECT_EQ(body.size(), 2u);  // no session
  EXPECT_EQ(body.at("expires_at").to_number<std::int64_t>(),
            epoch_s(f.virtual_world.time().wall_now()));
  EXPECT_FALSE(fresh.refusal);
  EXPECT_EQ(fresh.subprotocol, "xai-client-secret." + secret);
  EXPECT_FALSE(by_header.refusal);
  ASSERT_TRUE(stale.refusal);
  EXPECT_EQ(stale.refusal->status, 401);
}

TEST(XaiDoor, LetsNobodyInByTheKeyInASubprotocolNorByAnotherVendorsOne) {
  Fixture f;

  EXPECT_TRUE(f.upgrade("/v1/realtime", "", "xai-client-secret.secret-key").refusal);
  EXPECT_TRUE(
      f.upgrade("/v1/realtime", "", "realtime, openai-insecure-api-key.secret-key").refusal);
  EXPECT_FALSE(f.upgrade("/v1/realtime", "Bearer secret-key").refusal);
}

TEST(XaiDoor, HoldsTheLifeOfASecretToAnHour) {
  Fixture f;

  EXPECT_EQ(f.post("/v1/realtime/client_secrets", R"({"expires_after":{"seconds":3601}})").status,
            400);
  EXPECT_FALSE(f.make_secret(R"({"expires_after":null,"session":null})").empty());
}

TEST(XaiDoor, FallsBackToItsDefaultModelAndRefusesOneThatIsNone) {
  Fixture f;

  EXPECT_FALSE(f.upgrade("/v1/realtime", "Bearer secret-key").refusal);
  EXPECT_EQ(f.upgrade("/v1/realtime?model=gpt-realtime", "Bearer secret-key").refusal->status, 400);
  EXPECT_EQ(f.upgrade("/v1/realtime?call_id=1", "Bearer secret-key").refusal->status, 404);
}

TEST(XaiCloud, TakesScriptsWithItsOwnKeys) {
  Fixture f;

  const auto taken = f.post("/sim/script", "errors: flat\n");
  const auto refused = f.post("/sim/script", "error: flat\n");

  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("did you mean 'errors'"), std::string::npos);
  EXPECT_TRUE(as_xai(*f.world.script).has_flat_errors);
}

}  // namespace
}  // namespace callosum::sim::xai
