// What a model in the cloud may get wrong with its function calls: each is answered once, and the
// conversation goes on.
#include "base/json.hpp"
#include "raw_client.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

constexpr std::string_view kPolicies = "tool=\"receptionist.get_policies\"";

class CloudCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cloud = std::make_unique<Cloud>();
    gateway = std::make_unique<Gateway>(
        std::vector<std::string>{"--set", "provider=openai", "--set",
                                 "providers.openai.url=" + cloud->url(), "--set",
                                 "providers.openai.models=gpt-realtime-mini"},
        Environment{{"OPENAI_API_KEY", "anything"}});
  }
  static void TearDownTestSuite() {
    gateway.reset();
    cloud.reset();
  }
  void SetUp() override { cloud->follow("{}"); }
  void TearDown() override { expect_well(*gateway); }

  /// One call with these arguments, letter by letter, when the caller says "go".
  static std::string calls_policies_with(const std::string& arguments) {
    return "rules:\n  - when: {text: go}\n    calls:\n      - name: get_policies\n"
           "        arguments: '" +
           arguments + "'\n";
  }
  static std::uint64_t counter(const char* name) {
    return cloud->stats().at(name).to_number<std::uint64_t>();
  }

  static std::unique_ptr<Cloud> cloud;
  static std::unique_ptr<Gateway> gateway;
};
std::unique_ptr<Cloud> CloudCalls::cloud;
std::unique_ptr<Gateway> CloudCalls::gateway;

TEST_F(CloudCalls, AreRunHereAndTheirResultIsSpokenAbout) {
  const auto call = type(*gateway, R"(call get_policies {"topic":"parking"})");

  const auto answered = call.all("answered");
  ASSERT_EQ(answered.size(), 1u) << call.transcript();
  EXPECT_EQ(answered[0].tool, "get_policies");
  EXPECT_NE(call.said().find("Tool said"), std::string::npos) << call.transcript();
}

TEST_F(CloudCalls, GoToTheModelThatTheCallerChoosesWhereTheOperatorOffersIt) {
  const auto model_for = [](const std::string& wish) {
    cloud->follow("{}");
    RawClient client(gateway->port());
    EXPECT_EQ(client.upgrade("/v1/realtime" + wish, {"Authorization: Bearer " + gateway->token()}),
              101);
    EXPECT_TRUE(client.find_frame(1, "session.created"));
    const auto stats = cloud->stats();
    const auto& sessions = stats.at("sessions").as_object();
    return sessions.empty() ? "" : std::string(sessions.begin()->value().at("model").as_string());
  };

  EXPECT_EQ(model_for("?model=gpt-realtime-mini"), "gpt-realtime-mini");
  EXPECT_EQ(model_for("?model=gpt-realtime"), "gpt-realtime-2.1");
  EXPECT_EQ(model_for(""), "gpt-realtime-2.1");
}

TEST_F(CloudCalls, MadeInParallelAreAnsweredTogetherByOneResponse) {
  const auto call =
      type(*gateway, R"(call get_policies {"topic":"parking"} and call get_working_hours {})");

  EXPECT_EQ(call.all("answered").size(), 2u) << call.transcript();
  EXPECT_EQ(cloud->outputs().size(), 2u);
  EXPECT_EQ(counter("responses"), 2u);
  EXPECT_EQ(counter("early_response_creates"), 0u);
}

TEST_F(CloudCalls, OfAnInventedToolAreRefusedAndTheModelGoesOn) {
  const auto call = type(*gateway, R"(call order_pizza {"size":"xl"})");

  const auto refused = call.all("refused");
  ASSERT_EQ(refused.size(), 1u) << call.transcript();
  EXPECT_EQ(refused[0].error_type, "NOT_FOUND");
  const auto outputs = cloud->outputs();
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_NE(outputs[0].find("NOT_FOUND"), std::string::npos) << outputs[0];
  EXPECT_NE(call.said().find("Tool said"), std::string::npos) << call.transcript();
}

TEST_F(CloudCalls, WithBrokenArgumentsAreRefusedOnceEach) {
  const std::vector<std::string> broken{
      "the topic is parking",
      R"(["parking"])",
      R"("parking")",
      R"({"topic":"par)",
      R"({"topic":7})",
      R"({"topic":""})",
      R"({"subject":"parking"})",
      R"({"topic":"parking","business_id":"5b0c1d2e-0002-4a00-9000-000000000002"})",
      R"({"topic":"parking","topic":"refunds"})",
      R"({"topic":NaN})"};

  for (const auto& arguments : broken) {
    cloud->follow(calls_policies_with(arguments));
    const auto call = type(*gateway, "go");

    const auto outputs = cloud->outputs();
    ASSERT_EQ(outputs.size(), 1u) << arguments << call.transcript();
    const auto envelope = parse_strict(outputs[0]).value().as_object();
    EXPECT_FALSE(envelope.at("ok").as_bool()) << arguments;
    EXPECT_EQ(envelope.at("error").at("type").as_string(), "VALIDATION") << outputs[0];
    EXPECT_NE(call.said().find("Tool said"), std::string::npos) << arguments << call.transcript();
  }
}

TEST_F(CloudCalls, WithTheCallersOwnBusinessNamedRunAsWithout) {
  cloud->follow(calls_policies_with(
      R"({"topic":"parking","business_id":"5b0c1d2e-0001-4a00-9000-000000000001"})"));

  const auto call = type(*gateway, "go");

  EXPECT_EQ(call.all("answered").size(), 1u) << call.transcript();
}

TEST_F(CloudCalls, CutOffByTheirResponseAreNotRun) {
  cloud->follow(
      "rules:\n  - when: {text: go}\n    incomplete: max_output_tokens\n"
      "    calls: [{name: get_policies, arguments: '{\"topic\":\"park', cut: true}]\n");

  const auto call = type(*gateway, "go");

  EXPECT_TRUE(call.all("called").empty()) << call.transcript();
  EXPECT_TRUE(cloud->outputs().empty());
}

TEST_F(CloudCalls, DeliveredFiveTimesRunOnce) {
  for (const std::string late : {"false", "true"}) {
    cloud->follow(
        "rules:\n  - when: {text: go}\n"
        "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n"
        "    faults: [{kind: duplicate_call, count: 4, late: " +
        late + "}]\n");
    const auto before = metric(*gateway, "tool_calls_count_total", kPolicies);

    const auto call = type(*gateway, "go");

    EXPECT_EQ(metric(*gateway, "tool_calls_count_total", kPolicies) - before, 1)
        << call.transcript();
    EXPECT_EQ(cloud->outputs().size(), 1u) << call.transcript();
    EXPECT_EQ(call.all("called").size(), 1u) << call.transcript();
    EXPECT_EQ(counter("duplicate_outputs"), 0u);
  }
}

TEST_F(CloudCalls, OfAProviderThatVanishesAreAnsweredAfterItIsFoundAgain) {
  for (const std::string manner : {"eof", "reset", "close"}) {
    cloud->follow(
        "rules:\n"
        "  - when: {text: go, connection: 1}\n"
        "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n"
        "    faults: [{kind: disconnect, at: 12, manner: " +
        manner +
        "}]\n"
        "  - when: {connection: 2}\n"
        "    say: You can park behind the shop.\n");

    const auto call = type(*gateway, "go");

    EXPECT_EQ(counter("connections"), 2u) << manner;
    EXPECT_FALSE(call.problem) << call.transcript();
    EXPECT_NE(call.said().find("You can park behind the shop"), std::string::npos)
        << manner << call.transcript();
    EXPECT_EQ(call.all("called").size(), 1u) << manner << call.transcript();
  }
}

TEST_F(CloudCalls, AndEventsOfTomorrowDoNotDisturbEachOther) {
  cloud->follow(
      "rules:\n  - when: {text: go}\n    say: Still here.\n"
      "    faults: [{kind: unknown_event, at: 2, count: 3}, {kind: errors, at: 3, count: 2}]\n");

  const auto call = type(*gateway, "go");

  EXPECT_NE(call.said().find("Still here."), std::string::npos) << call.transcript();
}

TEST_F(CloudCalls, GoOnForOthersWhileOneCallerNeverReads) {
  cloud->follow(
      "rules:\n  - when: {text: flood}\n    say: Here it comes.\n"
      "    faults: [{kind: huge_event, at: 3, bytes: 200000, count: 60}]\n");
  constexpr int kLittle = 4096;
  RawClient deaf(gateway->port(), kLittle);
  ASSERT_EQ(deaf.upgrade("/v1/realtime", {"Authorization: Bearer " + gateway->token()}), 101);
  deaf.send(client_frame(1, R"({"type":"conversation.item.create","item":{"type":"message",)"
                            R"("role":"user","content":[{"type":"input_text","text":"flood"}]}})"));
  deaf.send(client_frame(1, R"({"type":"response.create"})"));

  const auto call = type(*gateway, "hello there");

  EXPECT_NE(call.said().find("You said: hello there"), std::string::npos) << call.transcript();
  EXPECT_TRUE(
      eventually([&] { return metric(*gateway, "sessions") == 0; }, std::chrono::seconds(30)));
}

}  // namespace
}  // namespace callosum::testing
