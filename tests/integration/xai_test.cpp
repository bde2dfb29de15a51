// A conversation with xAI behind the gateway: the same tools, the same rules, and a caller's
// program that does not notice which.
#include <fstream>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"
#include "sound_event.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// One counts for longer than the lookup may, the other long enough for a line to be spoken.
constexpr std::string_view kSlowTools = R"yaml(tools:
  - name: slow_lookup
    version: 1.0.0
    summary: Looks for long.
    description: Looks for long.
    category: retrieval
    access: read
    channels: [voice, text]
    timeout_ms: 20000
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: I cannot find it.
    run:
      result: value
      sql: |
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
        SELECT max(i) AS n FROM n
  - name: slow_count
    version: 1.0.0
    summary: Counts for a while.
    description: Counts for a while.
    category: retrieval
    access: read
    channels: [voice, text]
    timeout_ms: 20000
    filler_after_ms: 50
    filler: One moment, I am counting.
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: I cannot count.
    run:
      result: value
      sql: |
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000)
        SELECT max(i) AS n FROM n
)yaml";

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

class XaiCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cloud = std::make_unique<Cloud>("xai");
    gateway =
        std::make_unique<Served>(std::vector<std::string>{"--set", "provider=xai", "--set",
                                                          "providers.xai.url=" + cloud->url()},
                                 Environment{{"XAI_API_KEY", "anything"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    gateway->edit("tools:\n", kSlowTools);
    const auto loaded = gateway->ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(loaded.status, 200) << loaded.body;
  }
  static void TearDownTestSuite() {
    gateway.reset();
    cloud.reset();
  }
  void begin(const std::string& script) {
    caller.reset();
    cloud->follow(script);
    caller = std::make_unique<RawClient>(gateway->port());
    const auto status = caller->upgrade(
        "/v1/realtime",
        {"Authorization: Bearer " + Served::token("bella", {}), "X-Callosum-Timeline: 1"});
    ASSERT_EQ(status, 101);
    const auto created = caller->find_frame(1, "session.created");
    ASSERT_TRUE(created);
    session = created->payload;
  }

  void send(const std::string& event) { caller->send(client_frame(1, event)); }
  void ask_for(const std::string& text) {
    send(R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":")" +
         text + "\"}]}}");
    send(R"({"type":"response.create"})");
  }
  /// Everything up to an event of this type.
  std::string hear(std::string_view type = "response.done") {
    const std::string wanted = R"("type":")" + std::string(type) + "\"";
    std::string heard;
    while (auto frame = caller->next_frame()) {
      heard += frame->payload + "\n";
      if (frame->payload.find(wanted) != std::string::npos) return heard;
    }
    return heard + "(the end)";
  }
  void speak() {
    send(sound_event(400, true));
    for (int i = 0; i < 4; ++i) send(sound_event(250, false));
  }
  static std::uint64_t counter(const char* name) {
    const auto stats = cloud->stats();
    const auto* value = stats.if_contains(name);
    return value ? value->to_number<std::uint64_t>() : 0;
  }

  static std::unique_ptr<Cloud> cloud;
  static std::unique_ptr<Served> gateway;
  std::unique_ptr<RawClient> caller;
  std::string session;
};
std::unique_ptr<Cloud> XaiCalls::cloud;
std::unique_ptr<Served> XaiCalls::gateway;

TEST_F(XaiCalls, AreRunHereAndTheirResultIsSpokenAbout) {
  begin("{}");

  ask_for(R"(call get_policies {\"topic\":\"parking\"})");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr(R"("kind":"answered")"));
  EXPECT_THAT(heard, HasSubstr("Tool said"));
  EXPECT_THAT(heard, Not(HasSubstr("unimplemented")));
  EXPECT_THAT(heard, Not(HasSubstr(R"("type":"ping")")));
  EXPECT_EQ(cloud->outputs().size(), 1u);
  EXPECT_EQ(counter("responses"), 2u);
}

TEST_F(XaiCalls, ShowTheCallerASessionOfItsOwnLanguage) {
  begin("{}");

  const auto created = parse_strict(session).value().at("session").as_object();
  const auto& output = created.at("audio").at("output").as_object();
  const auto& input = created.at("audio").at("input").as_object();

  EXPECT_EQ(created.at("type"), "realtime");
  EXPECT_EQ(output.at("voice"), "eve");
  EXPECT_EQ(input.at("turn_detection").at("type"), "server_vad");
  EXPECT_TRUE(created.at("tools").as_array().empty());  // the gateway's own are not shown
  EXPECT_FALSE(created.contains("temperature"));
}

TEST_F(XaiCalls, MadeInParallelAreAnsweredTogetherByOneResponse) {
  begin("{}");

  ask_for(R"(call get_policies {\"topic\":\"parking\"} and call get_working_hours {})");
  const auto heard = hear();

  EXPECT_EQ(count_of(heard, R"("kind":"answered")"), 2u) << heard;
  EXPECT_EQ(cloud->outputs().size(), 2u);
  EXPECT_EQ(counter("responses"), 2u);
  EXPECT_EQ(counter("early_response_creates"), 0u);
  EXPECT_EQ(counter("response_create_while_active"), 0u);
}

TEST_F(XaiCalls, DeliveredFiveTimesRunOnce) {
  for (const std::string late : {"false", "true"}) {
    begin(
        "rules:\n  - when: {text: go}\n"
        "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n"
        "    faults: [{kind: duplicate_call, count: 4, late: " +
        late + "}]\n");

    ask_for("go");
    const auto heard = hear();

    EXPECT_EQ(count_of(heard, R"("kind":"called")"), 1u) << heard;
    EXPECT_EQ(cloud->outputs().size(), 1u);
    EXPECT_EQ(counter("duplicate_outputs"), 0u);
  }
}

TEST_F(XaiCalls, OfAResponseWhoseBeginningIsLostAreAnsweredAllTheSame) {
  begin(
      "rules:\n  - when: {text: go}\n"
      "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n"
      "    faults: [{kind: drop, type: response.created}]\n");

  ask_for("go");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr("Tool said"));
  EXPECT_EQ(cloud->outputs().size(), 1u);
}

TEST_F(XaiCalls, AreGivenUpWhenTheCallerSpeaks) {
  begin(
      "transcripts: [oh never mind]\ntranscription_delay_ms: 0\nrules:\n  - when: {text: oh never "
      "mind}\n    say: All right.\n");
  ask_for("call slow_lookup {}");
  hear("callosum.timeline");

  speak();
  const auto heard = hear();
  ask_for("hello again");
  const auto next = hear();

  EXPECT_THAT(heard, HasSubstr(R"("error_type":"CANCELLED")"));
  EXPECT_THAT(heard, HasSubstr("All right."));
  EXPECT_THAT(heard, HasSubstr("conversation.item.done"));
  EXPECT_THAT(heard + next, Not(HasSubstr("Tool said")));
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
  ASSERT_EQ(cloud->outputs().size(), 1u);
  EXPECT_THAT(cloud->outputs()[0], HasSubstr("CANCELLED"));
}

TEST_F(XaiCalls, GoOnWhenAnInterruptedResponseIsLeftWithoutAnEnd) {
  begin(
      "unfinished_on_interrupt: true\ntranscripts: [stop]\n"
      "rules:\n  - when: {text: stop}\n    say: I have stopped.\n");
  ask_for("slowly");
  hear("response.output_audio.delta");

  speak();
  const auto heard = hear();
  const auto next = hear();

  EXPECT_THAT(heard, HasSubstr(R"("status":"cancelled")")) << heard.substr(0, 2000);
  EXPECT_THAT(next, HasSubstr("I have stopped."));
}

TEST_F(XaiCalls, OrTheirResponsesEndSoonWhenNothingMoreComesOfThem) {
  begin("unfinished_on_interrupt: true\n");
  send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
       R"({"turn_detection":{"type":"server_vad","create_response":false}}}}})");
  hear("session.updated");
  ask_for("slowly");
  hear("response.output_audio.delta");

  speak();
  const auto heard = hear();
  ask_for("hello again");
  const auto next = hear();

  EXPECT_THAT(heard, HasSubstr(R"("reason":"turn_detected")"));
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
}

TEST_F(XaiCalls, HaveTheirFillerSpokenWordByWordWhileTheyAreSlow) {
  begin("{}");

  ask_for("call slow_count {}");
  const auto filler = hear();
  const auto answer = hear();

  EXPECT_THAT(filler, HasSubstr("One moment, I am counting."));
  EXPECT_THAT(filler, HasSubstr(R"("conversation_id":null)"));
  EXPECT_THAT(filler, Not(HasSubstr("force_message")));
  EXPECT_THAT(answer, HasSubstr("Tool said"));
  EXPECT_EQ(counter("force_messages"), 1u);
  EXPECT_EQ(counter("response_create_while_active"), 0u);
}

TEST_F(XaiCalls, OfAProviderThatVanishesAreAnsweredAfterItIsFoundAgain) {
  begin(
      "rules:\n"
      "  - when: {text: go, connection: 1}\n"
      "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n"
      "    faults: [{kind: disconnect, at: 8, manner: reset}]\n"
      "  - when: {connection: 2}\n"
      "    say: You can park behind the shop.\n");

  ask_for("go");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr("You can park behind the shop."));
  EXPECT_EQ(counter("connections"), 2u);
}

TEST_F(XaiCalls, CommittedByTheCallerAreAnsweredByOneResponse) {
  begin("transcripts: [good day]\n");
  send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
       R"({"turn_detection":null}}}})");
  hear("session.updated");
  send(sound_event(400, true));

  send(R"({"type":"input_audio_buffer.commit"})");
  send(R"({"type":"response.create","response":{"metadata":{"client_event_id":"ask_1"}}})");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr(R"("client_event_id":"ask_1")"));
  EXPECT_THAT(heard, HasSubstr("good day"));
  EXPECT_THAT(heard, Not(HasSubstr(R"("type":"error")")));
  EXPECT_EQ(counter("responses"), 1u);
}

TEST_F(XaiCalls, AnswerWhatTheProviderCannotFromTheirOwnMemory) {
  begin("{}");
  ask_for("hello");
  const auto heard = hear();
  const auto at = heard.find(R"("response.output_item.added")");
  ASSERT_NE(at, std::string::npos);
  const auto id_at = heard.find(R"("id":")", at) + 6;
  const auto id = heard.substr(id_at, heard.find('"', id_at) - id_at);

  send(R"({"type":"conversation.item.retrieve","item_id":")" + id + "\"}");
  const auto retrieved = hear("conversation.item.retrieved");
  send(R"({"type":"conversation.item.truncate","item_id":")" + id +
       R"(","content_index":0,"audio_end_ms":100})");
  const auto truncated = hear("conversation.item.truncated");
  send(R"({"type":"response.create","event_id":"mine","response":{"conversation":"none"}})");
  const auto refused = hear("error");

  EXPECT_THAT(retrieved, HasSubstr("You said: hello"));
  EXPECT_THAT(truncated, HasSubstr(id));
  EXPECT_THAT(refused, HasSubstr("response.conversation"));
  EXPECT_THAT(refused, HasSubstr(R"("event_id":"mine")"));
}

TEST_F(XaiCalls, GiveWhoAsksForTextTheWordsAlone) {
  begin("{}");
  send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
  hear("session.updated");

  ask_for("hello");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr(R"("type":"response.output_text.done")"));
  EXPECT_THAT(heard, HasSubstr("You said: hello"));
  EXPECT_THAT(heard, Not(HasSubstr("response.output_audio")));
}

}  // namespace
}  // namespace callosum::testing
