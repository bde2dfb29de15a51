#include "sim/openai/cloud.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "base/json.hpp"
#include "real_world.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::openai {
namespace {

struct Fixture {
  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  Stats stats;
  World world{virtual_world.time(), random, log, stats};
  Cloud cloud{world, ""};

  net::HttpResponse send(std::string method, std::string target, std::string body = {}) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    return virtual_world.run(cloud.handle(request));
  }
  net::UpgradeDecision upgrade(std::string target, std::string offered = {}) {
    net::HttpRequest request;
    request.target = std::move(target);
    request.headers.set("Authorization", "Bearer any");
    if (!offered.empty()) request.headers.set("Sec-WebSocket-Protocol", std::move(offered));
    return virtual_world.run(cloud.upgrade(request));
  }
};

TEST(SimCloud, ShowsItsCountersFromTheStart) {
  Fixture f;

  const auto response = f.send("GET", "/sim/stats");

  ASSERT_EQ(response.status, 200);
  const auto stats = parse_strict(response.body)->get_object();
  EXPECT_EQ(stats.at("response_create_while_active"), 0);
  EXPECT_EQ(stats.at("duplicate_outputs"), 0);
  EXPECT_TRUE(stats.at("sessions").is_object());
}

TEST(SimCloud, TakesANewScriptAndKeepsTheOldOneWhenItIsBroken) {
  Fixture f;

  const auto taken = f.send("POST", "/sim/script", "session_seconds: 5\n");
  const auto refused = f.send("POST", "/sim/script", "session_second: 5\n");

  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(f.world.script->session_length, std::chrono::seconds(5));
}

TEST(SimCloud, PicksTheRealtimeSubprotocolAmongOthers) {
  Fixture f;

  const auto decision = f.upgrade("/v1/realtime?model=gpt-realtime",
                                  "realtime, openai-insecure-api-key.k, openai-agents-sdk.1");

  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.subprotocol, "realtime");
}

TEST(SimCloud, RefusesTheFirstConnectionsBeforeTheUpgradeWhenToldTo) {
  Fixture f;
  f.send("POST", "/sim/script", "refuse: {http_status: 429, retry_after: 3, connections: 1}\n");

  const auto first = f.upgrade("/v1/realtime?model=gpt-realtime");
  const auto second = f.upgrade("/v1/realtime?model=gpt-realtime");

  ASSERT_TRUE(first.refusal);
  EXPECT_EQ(first.refusal->status, 429);
  EXPECT_EQ(first.refusal->headers.get("Retry-After"), "3");
  EXPECT_FALSE(second.refusal);
}

TEST(SimCloud, KnowsNoOtherAddress) {
  Fixture f;

  EXPECT_EQ(f.send("GET", "/v1/models").status, 404);
  EXPECT_TRUE(f.upgrade("/v1/live/sessions").refusal);
}

TEST(SimLog, WritesOneObjectALineAndNoSound) {
  Fixture f;
  const callosum::testing::TempFolder folder;
  const auto path = (folder.path() / "log.jsonl").string();
  ASSERT_TRUE(f.log.open(path));

  f.log.event("c1", "in",
              {{"type", "input_audio_buffer.append"}, {"audio", std::string(1000, 'A')}});
  f.log.note("c1", "duplicate_outputs", "call_1");

  std::ifstream file(path);
  std::string first;
  std::string second;
  std::getline(file, first);
  std::getline(file, second);
  EXPECT_EQ(first,
            R"({"ms":0,"connection":"c1","dir":"in","event":{"type":"input_audio_buffer.append",)"
            R"("audio":"<1000 characters>"}})");
  EXPECT_EQ(
      second,
      R"({"ms":0,"connection":"c1","dir":"note","kind":"duplicate_outputs","detail":"call_1"})");
}

TEST(SimLog, SaysWhichFileItCannotWrite) {
  Fixture f;

  const auto opened = f.log.open("/nonexistent/log.jsonl");

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("/nonexistent/log.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace callosum::sim::openai
