// A connection that ends in the middle of a slow write, whichever way: the caller hears one answer,
// the business saw one request. And the provider that takes over where one cannot be had.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "slow_write.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Speaks of the result, as an output or as it is told behind a loss: in the user's turn where the
/// wire has no system messages.
const std::string kResult =
    "rules:\n"
    "  - {when: {tool_output: reserve}, say: It is reserved.}\n"
    "  - {when: {text: result of the earlier call}, say: It is reserved.}\n";
/// And calls on the first connection.
const std::string kRules = kResult +
                           "  - when: {text: go, connection: 1}\n"
                           "    times: 1\n"
                           "    calls: [{name: reserve, arguments: '{\"ref\":\"R1\"}'}]\n";
const std::string kAfterwards = "  - {when: {text: go}, say: It is reserved.}\n";

std::vector<std::string> both(const std::vector<std::string>& one,
                              const std::vector<std::string>& other) {
  auto all = one;
  all.insert(all.end(), other.begin(), other.end());
  return all;
}

std::uint64_t connections(Cloud& cloud) {
  return cloud.stats().at("connections").to_number<std::uint64_t>();
}

class SlowWriteCalls : public ::testing::Test {
 protected:
  /// From the wish to what comes after the answer.
  void reserve(SlowWrite& world, Cloud& next, std::uint64_t by_then) {
    world.backend.hold();
    ASSERT_TRUE(world.call());
    world.ask_for("go");
    ASSERT_TRUE(eventually([&] { return world.backend.requests() == 1; }, 10s));
    if (at_work) at_work();
    EXPECT_TRUE(eventually([&] { return connections(next) == by_then; }, 20s));
    world.backend.release();
    auto heard = world.hear("It is reserved.");
    world.ask_for("hello again");
    heard += world.hear("You said: hello again");

    EXPECT_EQ(times_said(heard, "It is reserved."), 1u) << heard;
    EXPECT_THAT(heard, Not(HasSubstr("(the end)")));
    EXPECT_EQ(world.backend.requests(), 1u);
  }
  std::function<void()> at_work;  ///< happens while the business is at work
};

class SlowWriteOf : public SlowWriteCalls, public ::testing::WithParamInterface<const char*> {
 protected:
  std::string vendor() const { return GetParam(); }
  /// Each takes over from one of the others.
  std::string other() const {
    return vendor() == "openai" ? "xai" : vendor() == "xai" ? "gemini" : "openai";
  }
};
using SlowWriteOfGemini = SlowWriteCalls;

TEST_P(SlowWriteOf, OutlivesARotation) {
  Cloud cloud(vendor());
  const auto options = both(played_by(vendor(), cloud), {"--set", "provider=" + vendor(), "--set",
                                                         "providers." + vendor() + ".session_s=8"});
  SlowWrite world(options, any_keys());
  cloud.follow(kRules + kAfterwards);

  reserve(world, cloud, 2);

  const auto stats = cloud.stats();
  const bool is_kept =
      stats.contains("resumed_conversations") || stats.contains("resumed_sessions");
  EXPECT_EQ(is_kept, vendor() != "openai");
}

TEST_P(SlowWriteOf, OutlivesAKilledConnection) {
  Cloud cloud(vendor());
  SlowWrite world(both(played_by(vendor(), cloud), {"--set", "provider=" + vendor()}), any_keys());
  cloud.follow(kRules +
               "    delay_ms: 20\n    faults: [{kind: disconnect, at: 99, manner: reset}]\n" +
               kAfterwards);

  reserve(world, cloud, 2);
}

TEST_P(SlowWriteOf, OutlivesItsProvider) {
  auto first = std::make_unique<Cloud>(vendor());
  Cloud second(other());
  const auto options = both(both(played_by(vendor(), *first), played_by(other(), second)),
                            {"--set", "provider=" + vendor(), "--set", "fallback=" + other()});
  SlowWrite world(options, any_keys());
  first->follow(kRules);
  second.follow(kResult + kAfterwards);
  at_work = [&first] { first.reset(); };

  reserve(world, second, 1);

  EXPECT_EQ(world.gateway->metric("provider_failovers_total{from=\"" + vendor() + "\",to=\"" +
                                  other() + "\"}"),
            1);
  EXPECT_TRUE(eventually(
      [&] {
        const auto rows = world.gateway->ask_of("bella", "GET", "/api/admin/sessions").body;
        return rows.find(R"("provider":")" + other() + "\"") != rows.npos;
      },
      5s));
}

TEST_F(SlowWriteOfGemini, OutlivesItsGoAway) {
  Cloud cloud("gemini");
  SlowWrite world(both(played_by("gemini", cloud), {"--set", "provider=gemini"}), any_keys());
  cloud.follow(kRules + "    faults: [{kind: go_away, at: 99, time_left_ms: 1500}]\n" +
               kAfterwards);

  reserve(world, cloud, 2);

  EXPECT_GE(cloud.stats().at("go_aways").to_number<int>(), 1);
}

INSTANTIATE_TEST_SUITE_P(Each, SlowWriteOf, ::testing::Values("openai", "xai", "gemini"),
                         [](const auto& row) { return std::string(row.param); });

class RefusedAtTheDoor : public ::testing::TestWithParam<int> {};

TEST_P(RefusedAtTheDoor, BeginsWithTheNextProviderAndSparesTheFirst) {
  Cloud first("openai");
  Cloud second("xai");
  const auto options = both(both(played_by("openai", first), played_by("xai", second)),
                            {"--set", "provider=openai", "--set", "fallback=xai"});
  SlowWrite world(options, any_keys());
  first.follow("refuse: {connections: 100, http_status: " + std::to_string(GetParam()) + "}\n");
  second.follow("{}");
  const auto talk = [&] {
    EXPECT_TRUE(world.call());
    world.ask_for("good day");
    const auto heard = world.hear("You said: good day");
    world.hang_up();
    return heard;
  };
  const auto asked = [&first] {
    return first.stats().at("refused_connections").to_number<std::uint64_t>();
  };

  const auto heard = talk();
  const auto at_first = asked();
  for (int i = 0; i < 4; ++i) talk();

  EXPECT_THAT(heard, Not(HasSubstr("(the end)")));
  EXPECT_THAT(heard, HasSubstr(R"("kind":"failover")"));
  EXPECT_THAT(heard, HasSubstr("from openai to xai"));
  EXPECT_EQ(at_first, 1u);
  EXPECT_LE(asked(), 3u);  // it rests
  EXPECT_GE(world.gateway->metric(R"(provider_failovers_total{from="openai",to="xai"})"), 1);
}

INSTANTIATE_TEST_SUITE_P(With, RefusedAtTheDoor, ::testing::Values(401, 429, 503),
                         [](const auto& row) { return "Http" + std::to_string(row.param); });

TEST(NoProvider, IsNoneWhereTheOfflineVoiceTakesOverInMidCall) {
  auto cloud = std::make_unique<Cloud>("openai");
  SlowWrite world(
      both(played_by("openai", *cloud), {"--set", "provider=openai", "--set", "fallback=offline"}),
      any_keys());
  ASSERT_TRUE(world.call());
  world.ask_for("good day");
  auto heard = world.hear("You said: good day");

  cloud.reset();
  heard += world.hear(R"("kind":"failover")");
  world.ask_for("what is your parking policy");
  heard += world.hear(R"("kind":"answered")");
  heard += world.hear(R"("type":"response.done")");

  EXPECT_THAT(heard, Not(HasSubstr("(the end)")));
  EXPECT_THAT(heard, HasSubstr("from openai to offline"));
}

TEST(NoProvider, IsSaidClearlyWhereEveryOneRefuses) {
  Cloud first("openai");
  Cloud second("xai");
  const auto options = both(both(played_by("openai", first), played_by("xai", second)),
                            {"--set", "provider=openai", "--set", "fallback=xai"});
  SlowWrite world(options, any_keys());
  for (auto* cloud : {&first, &second}) {
    cloud->follow("refuse: {connections: 100, http_status: 503}\n");
  }

  RawClient caller(world.gateway->port());
  ASSERT_EQ(caller.upgrade("/v1/realtime", {"Authorization: Bearer " + Served::token("bella", {})}),
            101);
  const auto error = caller.find_frame(1, "error");
  const auto goodbye = caller.find_frame(8);

  ASSERT_TRUE(error);
  EXPECT_THAT(error->payload, HasSubstr("provider_unavailable"));
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->close_code(), 1013);
}

}  // namespace
}  // namespace callosum::testing
