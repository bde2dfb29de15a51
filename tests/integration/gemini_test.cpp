// A conversation with Gemini behind the gateway: the same tools, the same rules, and a caller's
// program that does not notice which.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "served.hpp"
#include "slow_write.hpp"
#include "sound_event.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Both take as long as their backend is held; of one a line is spoken meanwhile.
constexpr std::string_view kSlowTools = R"yaml(tools:
  - name: slow_lookup
    version: 1.0.0
    summary: Looks for long.
    description: Looks for long.
    category: retrieval
    access: read
    channels: [voice, text]
    timeout_ms: 25000
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot find it.
    run: {http: {method: GET, url: "URL/lookup"}}
  - name: slow_count
    version: 1.0.0
    summary: Counts for a while.
    description: Counts for a while.
    category: retrieval
    access: read
    channels: [voice, text]
    timeout_ms: 25000
    filler_after_ms: 50
    filler: One moment, I am counting.
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot count.
    run: {http: {method: GET, url: "URL/count"}}
)yaml";

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

/// Says nothing while a call of its own is open.
constexpr const char* kWaits = "gemini-2.5-flash-native-audio-preview-12-2025";

class GeminiCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cloud = std::make_unique<Cloud>("gemini");
    backend = std::make_unique<SlowBackend>();
    gateway = std::make_unique<Served>(
        std::vector<std::string>{"--set", "provider=gemini", "--set",
                                 "providers.gemini.url=" + cloud->url(), "--set",
                                 std::string("providers.gemini.models=") + kWaits, "--set",
                                 "egress.allow=[{url: '" + backend->url() + "', private: true}]"},
        Environment{{"GEMINI_API_KEY", "anything"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    std::string tools(kSlowTools);
    for (auto at = tools.find("URL"); at != tools.npos; at = tools.find("URL")) {
      tools.replace(at, 3, backend->url());
    }
    gateway->edit("tools:\n", tools);
    const auto loaded = gateway->ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(loaded.status, 200) << loaded.body;
  }
  static void TearDownTestSuite() {
    gateway.reset();
    backend.reset();
    cloud.reset();
  }
  /// With the model that goes on while a call runs, or with this one.
  void begin(const std::string& script, const std::string& model = {}) {
    caller.reset();
    cloud->follow(script);
    caller = std::make_unique<RawClient>(gateway->port());
    const auto status = caller->upgrade(
        "/v1/realtime" + (model.empty() ? "" : "?model=" + model),
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
  /// Response by response, until one of them says so.
  std::string hear_until(std::string_view words) {
    std::string heard;
    while (heard.find(words) == std::string::npos && !heard.ends_with("(the end)")) heard += hear();
    return heard;
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

  static json::object setup(const char* connection) {
    return cloud->stats().at("sessions").at(connection).at("setup").as_object();
  }
  /// What the simulator was given for its calls.
  static std::vector<std::string> outputs() {
    std::vector<std::string> all;
    const auto stats = cloud->stats();
    for (const auto& call : stats.at("responses_by_call_id").as_object()) {
      for (const auto& output : call.value().as_array()) all.push_back(json::serialize(output));
    }
    return all;
  }
  void TearDown() override {
    backend->release();
    const auto expected = counter("bad_context_updates");  // of a server that was told to refuse
    for (const char* mistake : {"protocol_violations", "responses_for_cancelled",
                                "responses_while_busy", "turns_while_busy"}) {
      const bool is_sum = std::string_view(mistake) == "protocol_violations";
      EXPECT_EQ(counter(mistake), is_sum ? expected : 0u) << mistake;
    }
  }

  static std::unique_ptr<Cloud> cloud;
  static std::unique_ptr<SlowBackend> backend;
  static std::unique_ptr<Served> gateway;
  std::unique_ptr<RawClient> caller;
  std::string session;
};
std::unique_ptr<Cloud> GeminiCalls::cloud;
std::unique_ptr<SlowBackend> GeminiCalls::backend;
std::unique_ptr<Served> GeminiCalls::gateway;

TEST_F(GeminiCalls, AreRunHereAndTheirResultIsSpokenAbout) {
  for (const char* model : {"", kWaits}) {
    begin("{}", model);

    ask_for(R"(call get_policies {\"topic\":\"parking\"})");
    const auto heard = hear();

    EXPECT_THAT(heard, HasSubstr(R"("kind":"answered")"));
    EXPECT_THAT(heard, HasSubstr("Tool said"));
    EXPECT_THAT(heard, HasSubstr("response.output_audio.delta"));
    EXPECT_EQ(count_of(heard, R"("type":"response.created")"), 1u) << heard;
    EXPECT_EQ(outputs().size(), 1u);
    EXPECT_EQ(counter("tool_responses"), 1u);
  }
}

TEST_F(GeminiCalls, ShowTheCallerASessionOfItsOwnLanguage) {
  begin("setup_delay_ms: 300\n");

  const auto created = parse_strict(session).value().at("session").as_object();
  const auto& output = created.at("audio").at("output").as_object();
  const auto& input = created.at("audio").at("input").as_object();

  EXPECT_EQ(created.at("type"), "realtime");
  EXPECT_EQ(output.at("voice"), "Kore");
  EXPECT_EQ(input.at("turn_detection").at("type"), "server_vad");
  EXPECT_TRUE(created.at("tools").as_array().empty());  // the gateway's own are not shown
  EXPECT_TRUE(setup("c1").contains("inputAudioTranscription"));
  EXPECT_EQ(counter("before_setup_complete"), 0u);
}

TEST_F(GeminiCalls, MadeInParallelAreAnsweredTogetherByOneResponse) {
  for (const char* model : {"", kWaits}) {
    begin("{}", model);

    ask_for(R"(call get_policies {\"topic\":\"parking\"} and call get_working_hours {})");
    const auto heard = hear();

    EXPECT_EQ(count_of(heard, R"("kind":"answered")"), 2u) << heard;
    EXPECT_EQ(outputs().size(), 2u);
    EXPECT_EQ(count_of(heard, R"("type":"response.done")"), 1u) << heard;
  }
}

TEST_F(GeminiCalls, WithoutIdsOrOneByOneAreAnsweredAllTheSame) {
  for (const char* script :
       {"call_ids: false\n", "split_calls: true\n", "complete_at_call: true\n",
        "text_frames: true\n", "usage_apart: true\n", "delay_ms: 20\nplayback_percent: 2\n"}) {
    for (const char* model : {"", kWaits}) {
      begin(script, model);

      ask_for(R"(call get_policies {\"topic\":\"parking\"} and call get_working_hours {})");
      const auto heard = hear();

      EXPECT_EQ(count_of(heard, R"("kind":"answered")"), 2u) << script << heard;
      EXPECT_THAT(heard, HasSubstr("Tool said")) << script << model;
    }
  }
}

TEST_F(GeminiCalls, DeliveredFiveTimesRunOnce) {
  for (const std::string late : {"false", "true"}) {
    begin(
        "rules:\n  - when: {text: go}\n"
        "    calls: [{name: get_policies, arguments: {topic: parking}}]\n"
        "    faults: [{kind: duplicate_call, count: 4, late: " +
        late + "}]\n");

    ask_for("go");
    const auto heard = hear();

    EXPECT_EQ(count_of(heard, R"("kind":"called")"), 1u) << heard;
    EXPECT_EQ(outputs().size(), 1u);
  }
}

TEST_F(GeminiCalls, SpokenOfAreHeardAndAnsweredInSound) {
  for (const char* script :
       {"", "cumulative_transcripts: true\n", "transcription_delay_ms: 60\ndelay_ms: 20\n"}) {
    begin(std::string("transcripts: [what is your parking policy]\nrules:\n"
                      "  - when: {text: parking}\n"
                      "    calls: [{name: get_policies, arguments: {topic: parking}}]\n") +
          script);
    send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
         R"({"transcription":{"model":"any"}}}}})");
    hear("session.updated");

    speak();
    const auto heard = hear();

    EXPECT_THAT(heard, HasSubstr("input_audio_buffer.speech_started"));
    EXPECT_THAT(heard, HasSubstr("input_audio_buffer.committed"));
    EXPECT_THAT(heard, HasSubstr(R"("transcript":"what is your parking policy")")) << script;
    EXPECT_THAT(heard, HasSubstr("Tool said")) << script;
  }
}

TEST_F(GeminiCalls, TakenBackWhenTheCallerSpeaksAreCutAndGetNoOutput) {
  begin(
      "transcripts: [oh never mind]\nrules:\n  - when: {text: oh never mind}\n    say: All "
      "right.\n",
      kWaits);
  backend->hold();
  ask_for("call slow_lookup {}");
  hear("callosum.timeline");

  speak();
  const auto heard = hear_until("All right.");
  ask_for("hello again");
  const auto next = hear();

  EXPECT_THAT(heard, HasSubstr(R"("error_type":"CANCELLED")"));
  EXPECT_THAT(heard, HasSubstr("All right."));
  EXPECT_THAT(heard, Not(HasSubstr("callosum.function_calls")));
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
  EXPECT_TRUE(outputs().empty());
  EXPECT_EQ(counter("cancelled_calls"), 1u);
}

TEST_F(GeminiCalls, TakenBackByTheModelAloneAreCutToo) {
  for (const char* model : {"", kWaits}) {
    begin(
        "rules:\n  - when: {text: go}\n    calls: [{name: slow_lookup, arguments: {}}]\n"
        "    cancel_after_ms: 50\n",
        model);
    backend->hold();

    ask_for("go");
    std::string heard;
    while (count_of(heard, R"("error_type":"CANCELLED")") == 0 && !heard.ends_with("(the end)")) {
      heard += hear("callosum.timeline");
    }

    EXPECT_THAT(heard, HasSubstr(R"("error_type":"CANCELLED")"));
    EXPECT_TRUE(outputs().empty());
    ASSERT_TRUE(eventually([] { return counter("cancelled_calls") == 1; }, 5s));
  }
}

TEST_F(GeminiCalls, InterruptedInMidWordEndTheirResponseAndGoOn) {
  for (const char* script : {"", "late_interrupted_ms: 50\n", "cancel_last: true\n"}) {
    begin(std::string("transcripts: [stop]\nrules:\n  - when: {text: stop}\n"
                      "    say: I have stopped.\n") +
          script);
    ask_for("slowly");
    hear("response.output_audio.delta");

    speak();
    const auto heard = hear_until("I have stopped.");

    EXPECT_THAT(heard, HasSubstr("input_audio_buffer.speech_started")) << script;
    EXPECT_THAT(heard, HasSubstr("I have stopped.")) << script;
  }
}

TEST_F(GeminiCalls, OfAProviderThatGoesAwayAreAnsweredFirstAndTheSessionTakenUp) {
  begin("connection_ms: 60000\ngo_away_before_ms: 59900\n");

  backend->hold();
  ask_for("call slow_count {}");
  ASSERT_TRUE(
      eventually([] { return counter("tool_calls") == 1 && counter("go_aways") >= 1; }, 10s));
  backend->release();
  const auto heard = hear_until("Tool said");
  ASSERT_TRUE(eventually([] { return counter("resumed_sessions") >= 1; }, 10s));
  ask_for("hello again");
  const auto next = hear();

  EXPECT_EQ(count_of(heard, R"("kind":"called")"), 1u);
  EXPECT_THAT(next, HasSubstr("You said: hello again"));
  EXPECT_EQ(counter("unanswered_calls"), 0u);
}

TEST_F(GeminiCalls, OfAConnectionThatEndedMeanwhileAreToldToTheNext) {
  begin(
      "rules:\n"
      "  - when: {text: result of the earlier call}\n    say: It is counted.\n"
      "  - when: {text: go, connection: 1}\n    calls: [{name: slow_count, arguments: {}}]\n"
      "    faults: [{kind: go_away, at: 99, time_left_ms: 100}]\n");
  backend->hold();

  ask_for("go");
  ASSERT_TRUE(eventually([] { return counter("connections") == 2; }, 10s));
  backend->release();
  const auto heard = hear_until("It is counted.");

  EXPECT_THAT(heard, HasSubstr("It is counted."));
  EXPECT_THAT(heard, HasSubstr(R"({\"done\":\"yes\"})"));
}

TEST_F(GeminiCalls, OfAProviderThatVanishesAreAnsweredAfterItIsFoundAgain) {
  begin(
      "rules:\n"
      "  - when: {text: go, connection: 1}\n"
      "    calls: [{name: get_policies, arguments: {topic: parking}}]\n"
      "    faults: [{kind: disconnect, at: 2, manner: reset}]\n"
      "  - when: {connection: 2}\n"
      "    say: You can park behind the shop.\n");

  ask_for("go");
  const auto heard = hear_until("behind the shop");

  EXPECT_THAT(heard, HasSubstr("You can park behind the shop."));
  EXPECT_EQ(counter("connections"), 2u);
}

TEST_F(GeminiCalls, GoOnInTheSameSessionWhereTheConnectionIsLostBetweenTwoTurns) {
  begin("disconnect: {at_message: 8, code: 1011, reason: Internal error encountered.}\n");
  ask_for("hello");
  hear();

  ask_for("hello again");
  const auto heard = hear_until("You said: hello again");

  EXPECT_THAT(heard, HasSubstr("You said: hello again"));
}

TEST_F(GeminiCalls, HaveNewSettingsWithinAConnectionOrByAnother) {
  begin("{}");
  ask_for("hello");
  hear();

  send(R"({"type":"session.update","session":{"type":"realtime","instructions":"Be kind."}})");
  hear("session.updated");
  ask_for("hello again");
  hear();
  const auto updates = counter("context_updates");
  send(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"Puck"}}}})");
  hear("session.updated");
  ask_for("and once more");
  const auto heard = hear();

  EXPECT_EQ(updates, 1u);
  EXPECT_THAT(heard, HasSubstr("You said: and once more"));
  EXPECT_EQ(counter("resumed_sessions"), 1u);
  EXPECT_THAT(json::serialize(setup("c2")), HasSubstr("Puck"));
  EXPECT_THAT(json::serialize(setup("c2")), HasSubstr("Be kind."));
}

TEST_F(GeminiCalls, HaveThemAllTheSameWhereTheServerRefusesThem) {
  begin("refuse_context_update: true\n");
  send(R"({"type":"session.update","session":{"type":"realtime","instructions":"Be kind."}})");
  hear("session.updated");

  ask_for("hello again");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr("You said: hello again"));
  EXPECT_THAT(json::serialize(setup("c2")), HasSubstr("Be kind."));
}

TEST_F(GeminiCalls, HaveTheirFillerSpokenWhileTheyAreSlow) {
  begin("{}");
  backend->hold();

  ask_for("call slow_count {}");
  const auto filler = hear();
  backend->release();
  const auto answer = hear();

  EXPECT_THAT(filler, HasSubstr("One moment, I am counting."));
  EXPECT_THAT(filler, HasSubstr(R"("conversation_id":null)"));
  EXPECT_THAT(answer, HasSubstr("Tool said"));
}

TEST_F(GeminiCalls, CommittedByTheCallerAreAnsweredWhenItAsks) {
  begin("transcripts: [good day]\n");
  send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
       R"({"turn_detection":null,"transcription":{"model":"any"}}}}})");
  hear("session.updated");
  send(sound_event(400, true));

  send(R"({"type":"input_audio_buffer.commit"})");
  send(R"({"type":"response.create","response":{"metadata":{"client_event_id":"ask_1"}}})");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr(R"("client_event_id":"ask_1")"));
  EXPECT_THAT(heard, HasSubstr("You said: good day"));
  EXPECT_THAT(heard, HasSubstr(R"("transcript":"good day")"));
  EXPECT_THAT(heard, Not(HasSubstr(R"("type":"error")")));
}

TEST_F(GeminiCalls, GiveWhoAsksForTextTheWordsAlone) {
  begin("{}");
  send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
  hear("session.updated");

  ask_for("hello");
  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr(R"("type":"response.output_text.done")"));
  EXPECT_THAT(heard, HasSubstr("You said: hello"));
  EXPECT_THAT(heard, Not(HasSubstr("response.output_audio")));
}

TEST_F(GeminiCalls, OfTheWorstModelEndInAnswersAndNothingElse) {
  for (const char* model : {"", kWaits}) {
    begin("worst: true\n", model);

    for (int turn = 0; turn < 3; ++turn) {
      ask_for("hello");
      const auto heard = hear();
      EXPECT_THAT(heard, HasSubstr("response.done"));
    }

    EXPECT_THAT(session, Not(HasSubstr("(the end)")));
  }
}

TEST_F(GeminiCalls, OfATelephoneAreHeardAndAnsweredInItsOwnSound) {
  begin(
      "transcripts: [what is your parking policy]\nrules:\n"
      "  - when: {text: parking}\n    say: Behind the shop.\n");
  send(R"({"type":"session.update","session":{"type":"realtime","audio":{)"
       R"("input":{"format":{"type":"audio/pcmu"}},"output":{"format":{"type":"audio/pcmu"}}}}})");
  hear("session.updated");
  const std::string loud(3200, '\x10');
  const std::string quiet(8000, '\xff');
  for (const auto* piece : {&loud, &quiet}) {
    const std::vector<std::uint8_t> codes(piece->begin(), piece->end());
    send(R"({"type":"input_audio_buffer.append","audio":")" + encode_base64(codes) + "\"}");
  }

  const auto heard = hear();

  EXPECT_THAT(heard, HasSubstr("Behind the shop."));
  EXPECT_THAT(heard, HasSubstr("input_audio_buffer.speech_started"));
  EXPECT_GT(count_of(heard, "response.output_audio.delta"), 3u);
}

}  // namespace
}  // namespace callosum::testing
