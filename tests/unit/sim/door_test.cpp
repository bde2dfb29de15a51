#include <gtest/gtest.h>

#include "base/json.hpp"
#include "sim/openai/admission.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::openai {
namespace {

struct Fixture {
  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  Stats stats;
  World world{virtual_world.time(), random, log, stats};
  Door door{world, "secret-key"};
};

net::HttpRequest request(std::string target, std::string authorization) {
  net::HttpRequest request;
  request.target = std::move(target);
  if (!authorization.empty()) request.headers.set("Authorization", std::move(authorization));
  return request;
}

TEST(SimDoor, LetsTheKeyInByHeaderAndBySubprotocol) {
  Fixture f;
  auto browser = request("/v1/realtime?model=gpt-realtime", "");
  browser.headers.set("Sec-WebSocket-Protocol",
                      "realtime, openai-insecure-api-key.secret-key, x.y");

  EXPECT_FALSE(
      f.door.admit(request("/v1/realtime?model=gpt-realtime", "Bearer secret-key")).refusal);
  EXPECT_FALSE(f.door.admit(browser).refusal);
}

struct Case {
  const char* name;
  const char* target;
  const char* authorization;
  const char* code;
  int close_code;
};

class SimDoorRefusal : public ::testing::TestWithParam<Case> {};

TEST_P(SimDoorRefusal, HasItsCodeAndCloseCode) {
  Fixture f;

  const auto admission = f.door.admit(request(GetParam().target, GetParam().authorization));

  ASSERT_TRUE(admission.refusal);
  EXPECT_EQ(admission.refusal->code, GetParam().code);
  EXPECT_EQ(admission.close_code, GetParam().close_code);
}

INSTANTIATE_TEST_SUITE_P(
    All, SimDoorRefusal,
    ::testing::Values(Case{"NoKey", "/v1/realtime?model=gpt-realtime", "", "invalid_api_key", 3000},
                      Case{"BadKey", "/v1/realtime?model=gpt-realtime", "Bearer other",
                           "invalid_api_key", 3000},
                      Case{"NoModel", "/v1/realtime", "Bearer secret-key", "missing_model", 4000},
                      Case{"UnknownModel", "/v1/realtime?model=gpt-9", "Bearer secret-key",
                           "invalid_model", 4000},
                      Case{"NoSuchCall", "/v1/realtime?call_id=rtc_1", "Bearer secret-key",
                           "invalid_call_id", 4000}),
    [](const auto& info) { return info.param.name; });

TEST(SimDoor, RefusesTheBetaShape) {
  Fixture f;
  auto beta = request("/v1/realtime?model=gpt-realtime", "Bearer secret-key");
  beta.headers.set("OpenAI-Beta", "realtime=v1");

  EXPECT_EQ(f.door.admit(beta).refusal->code, "beta_api_shape_disabled");
}

TEST(SimDoor, MakesSecretsThatCarryASessionAndExpire) {
  Fixture f;
  auto post = request("/v1/realtime/client_secrets", "Bearer secret-key");
  post.body = R"({"expires_after":{"anchor":"created_at","seconds":60},
    "session":{"type":"realtime","model":"gpt-realtime-2.1","instructions":"be brief"}})";
  const auto made = f.door.make_secret(post);
  ASSERT_EQ(made.status, 200);
  const auto body = parse_strict(made.body)->get_object();
  const std::string secret(text_at(body, "value"));

  const auto fresh = f.door.admit(request("/v1/realtime", "Bearer " + secret));
  f.virtual_world.time().advance(std::chrono::seconds(60));
  const auto stale = f.door.admit(request("/v1/realtime", "Bearer " + secret));

  EXPECT_FALSE(fresh.refusal);
  EXPECT_EQ(fresh.model, "gpt-realtime-2.1");
  EXPECT_EQ(text_at(*fresh.preset, "instructions"), "be brief");
  ASSERT_TRUE(stale.refusal);
  EXPECT_EQ(body.at("session").get_object().at("expires_at"), 0);
}

TEST(SimDoor, WantsTheAnchorOfAnExpiry) {
  Fixture f;
  auto post = request("/v1/realtime/client_secrets", "Bearer secret-key");
  post.body = R"({"expires_after":{"seconds":60}})";

  const auto refused = f.door.make_secret(post);

  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("Missing required parameter: 'expires_after.anchor'."),
            std::string::npos);
}

}  // namespace
}  // namespace callosum::sim::openai
