// A caller who speaks, or cancels, while a tool runs: the call is answered once, nothing is said
// about what was given up, what was to be done is done, and the conversation goes on.
#include <fstream>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "served.hpp"
#include "sound_event.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Counting so far takes longer than the lookup may, and about a second, in this order.
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
  - name: slow_note
    version: 1.0.0
    summary: Notes something, slowly.
    description: Notes something, slowly.
    category: action
    access: write
    channels: [voice, text]
    timeout_ms: 20000
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: I cannot note that.
    run:
      result: affected
      sql: |
        INSERT INTO notes (id) WITH RECURSIVE n(i) AS
          (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000)
        SELECT 'note' || max(i) FROM n
  - name: count_notes
    version: 1.0.0
    summary: How many notes there are.
    description: How many notes there are.
    category: retrieval
    access: read
    channels: [voice, text]
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: I cannot count.
    run: {result: value, sql: "SELECT count(*) AS n FROM notes WHERE id LIKE 'note%'"}
  - name: keep_word
    version: 1.0.0
    summary: Keeps a word.
    description: Keeps a word.
    category: action
    access: write
    channels: [voice, text]
    idempotency_key: [word]
    input:
      type: object
      properties: {word: {type: string, description: Which.}, how: {type: string, description: How.}}
      required: [word]
      additionalProperties: false
    output: {type: object, properties: {id: {type: string}}, required: [id]}
    say_on_failure: I cannot keep that.
    run:
      result: one
      sql: |
        INSERT INTO notes (id) SELECT 'kept' || (1 + count(*)) FROM notes WHERE id LIKE 'kept%'
        RETURNING id
  - name: count_words
    version: 1.0.0
    summary: How many words there are.
    description: How many words there are.
    category: retrieval
    access: read
    channels: [voice, text]
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: I cannot count.
    run: {result: value, sql: "SELECT count(*) AS n FROM notes WHERE id LIKE 'kept%'"}
)yaml";

constexpr const char* kScript = R"yaml(
transcripts: [oh never mind]
rules:
  - when: {text: oh never mind}
    say: All right then.
)yaml";

class InterruptedCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cloud = std::make_unique<Cloud>();
    gateway =
        std::make_unique<Served>(std::vector<std::string>{"--set", "provider=openai", "--set",
                                                          "providers.openai.url=" + cloud->url()},
                                 Environment{{"OPENAI_API_KEY", "anything"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    gateway->edit("  availability: business_id\n",
                  "  availability: business_id\n  notes: business_id\n");
    gateway->edit("tools:\n", kSlowTools);
    std::ofstream(gateway->manifest().parent_path() / "schema.sql", std::ios::app)
        << "\nCREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, business_id TEXT);\n";
    const auto loaded = gateway->ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(loaded.status, 200) << loaded.body;
  }
  static void TearDownTestSuite() {
    gateway.reset();
    cloud.reset();
  }
  void SetUp() override {
    cloud->follow(kScript);
    caller = std::make_unique<RawClient>(gateway->port());
    const auto status = caller->upgrade(
        "/v1/realtime",
        {"Authorization: Bearer " + Served::token("bella", {}), "X-Callosum-Timeline: 1"});
    ASSERT_EQ(status, 101);
    ASSERT_TRUE(caller->find_frame(1, "session.created"));
  }

  void send(const std::string& event) { caller->send(client_frame(1, event)); }
  void ask_for(const std::string& text) {
    send(R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":")" +
         text + "\"}]}}");
    send(R"({"type":"response.create"})");
  }
  /// Everything up to the end of the next response that the caller is shown.
  std::string hear() {
    std::string heard;
    while (auto frame = caller->next_frame()) {
      heard += frame->payload + "\n";
      if (frame->payload.find(R"("type":"response.done")") != std::string::npos) return heard;
    }
    return heard + "(the end)";
  }
  bool wait_for_call() {
    const auto called = caller->find_frame(1, "callosum.timeline");
    return called && called->payload.find(R"("kind":"called")") != std::string::npos;
  }
  void speak() {
    send(sound_event(400, true));
    for (int i = 0; i < 4; ++i) send(sound_event(250, false));
  }
  static std::uint64_t counter(const char* name) {
    return cloud->stats().at(name).to_number<std::uint64_t>();
  }
  /// How the calls of this tool are recorded, once there are so many.
  static std::vector<std::string> audited(const std::string& tool, std::size_t count) {
    std::vector<std::string> outcomes;
    const auto read = [&] {
      outcomes.clear();
      const auto text = gateway->audit();
      for (const auto line : split(trim(text), '\n')) {
        const auto record = parse_strict(line);
        if (!record || record->at("tool_id").as_string() != "receptionist." + tool) continue;
        outcomes.emplace_back(record->at("outcome").as_string());
      }
      return outcomes.size() >= count;
    };
    EXPECT_TRUE(eventually(read, 10s));
    return outcomes;
  }

  static std::unique_ptr<Cloud> cloud;
  static std::unique_ptr<Served> gateway;
  std::unique_ptr<RawClient> caller;
};
std::unique_ptr<Cloud> InterruptedCalls::cloud;
std::unique_ptr<Served> InterruptedCalls::gateway;

TEST_F(InterruptedCalls, OfAReadAreGivenUpWhenTheCallerSpeaks) {
  const auto before = audited("slow_lookup", 0).size();
  ask_for("call slow_lookup {}");
  ASSERT_TRUE(wait_for_call());

  speak();
  const auto heard = hear();
  ask_for("hello again");
  const auto next = hear();

  EXPECT_THAT(heard, HasSubstr(R"("error_type":"CANCELLED")"));
  EXPECT_THAT(heard, HasSubstr("All right then."));
  EXPECT_THAT(heard + next, Not(HasSubstr("Tool said")));
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
  const auto outputs = cloud->outputs();
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_THAT(outputs[0], HasSubstr("CANCELLED"));
  EXPECT_EQ(counter("responses"), 3u);  // the call, the answer to what was spoken, the next turn
  EXPECT_EQ(audited("slow_lookup", before + 1).size(), before + 1);
  EXPECT_EQ(audited("slow_lookup", before + 1).back(), "CANCELLED");
}

TEST_F(InterruptedCalls, OfAReadAreGivenUpWhenTheCallerCancels) {
  const auto before = audited("slow_lookup", 0).size();
  ask_for("call slow_lookup {}");
  ASSERT_TRUE(wait_for_call());
  ASSERT_TRUE(eventually([] { return counter("function_calls") == 1; }, 10s));

  send(R"({"type":"response.cancel"})");
  const auto heard = hear();
  ASSERT_TRUE(eventually([] { return cloud->outputs().size() == 1; }, 10s));
  ask_for("hello again");
  const auto next = hear();

  EXPECT_THAT(heard + next, Not(HasSubstr("Tool said")));
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
  EXPECT_THAT(cloud->outputs()[0], HasSubstr("CANCELLED"));
  EXPECT_EQ(counter("responses"), 2u);  // the call, the next turn
  EXPECT_EQ(audited("slow_lookup", before + 1).back(), "CANCELLED");
}

TEST_F(InterruptedCalls, OfAWriteAreDoneOnceAllTheSame) {
  const auto before = audited("slow_note", 0).size();
  ask_for("call slow_note {}");
  ASSERT_TRUE(wait_for_call());

  speak();
  const auto heard = hear();
  const auto reported = hear();
  ask_for("call count_notes {}");
  const auto counted = hear();

  EXPECT_THAT(heard, HasSubstr("All right then."));
  EXPECT_THAT(heard, Not(HasSubstr(R"("kind":"answered")")));  // it still ran
  EXPECT_THAT(heard + reported, Not(HasSubstr("CANCELLED")));
  EXPECT_THAT(reported, HasSubstr("Tool said"));  // reported when nobody speaks any more
  EXPECT_THAT(counted, HasSubstr(R"(\"value\":1)"));
  EXPECT_EQ(cloud->outputs().size(), 2u);
  EXPECT_EQ(audited("slow_note", before + 1).size(), before + 1);
  EXPECT_EQ(audited("slow_note", before + 1).back(), "ok");
}

TEST_F(InterruptedCalls, AskedForAgainUnderFreshIdsChangeSomethingOnce) {
  const auto before = audited("keep_word", 0).size();
  ask_for(R"(call keep_word {\"word\":\"blue\"} and call keep_word {\"word\":\"blue\"})");
  const auto at_once = hear();
  ask_for(R"(call keep_word {\"word\":\"blue\"})");
  const auto in_a_later_turn = hear();
  ask_for(R"(call keep_word {\"word\":\"blue\",\"how\":\"well\"})");
  const auto otherwise_worded = hear();
  ask_for(R"(call keep_word {\"word\":\"red\"})");
  const auto another = hear();
  ask_for("call count_words {}");
  const auto counted = hear();

  for (const auto& heard : {in_a_later_turn, otherwise_worded}) {
    EXPECT_THAT(heard, HasSubstr(R"(\"id\":\"kept1\")"));
  }
  EXPECT_THAT(at_once, Not(HasSubstr("kept2")));
  EXPECT_THAT(another, HasSubstr(R"(\"id\":\"kept2\")"));
  EXPECT_THAT(counted, HasSubstr(R"(\"value\":2)"));
  EXPECT_EQ(cloud->outputs().size(), 6u);
  EXPECT_EQ(audited("keep_word", before + 5).size(), before + 5);
}

}  // namespace
}  // namespace callosum::testing
