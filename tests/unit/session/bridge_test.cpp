// The bridge: our ears hear, the provider plans and speaks, and the caller's program sees a
// conversation as ever.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "conversation_world.hpp"
#include "fake_ears.hpp"
#include "session/bridge_port.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using realtime::HeardEvent;
using testing::Conversation;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

struct Bridged {
  explicit Bridged(std::vector<registry::ToolSpec> tools = {make_tool("stock")})
      : c(std::move(tools), start(), nullptr, {}, [this](auto& world, auto provider) {
          return make_bridge_port(
              {world.random, std::move(provider), testing::make_fake_ears(ears), "Caller"});
        }) {
    c.model_says(R"({"type":"session.created","session":{"id":"s"}})");
    c.accept_updates(1);
  }
  static SessionStart start() {
    SessionStart out;
    out.context.reply_path = registry::ReplyPath::bridge;
    return out;
  }
  void append(const std::string& audio = "AAAA", const std::string& more = "") {
    c.caller_says(R"({"type":"input_audio_buffer.append","event_id":"a1","audio":")" + audio +
                  "\"" + more + "}");
  }
  void settle() { c.w.world.settle(); }
  std::vector<std::string> told() const { return c.sent("conversation.item.create"); }
  void apply(const std::string& input) {
    c.model_says(R"({"type":"session.updated","session":{"id":"s","audio":{"input":)" + input +
                 "}}}");
  }

  std::shared_ptr<testing::EarsScripts> ears = std::make_shared<testing::EarsScripts>();
  Conversation c;
};

TEST(Bridge, TellsTheProviderAnUtteranceAsLabelledTextAndAsksForAResponse) {
  Bridged b;
  b.append();
  b.ears->at(0)->utter("when are you open");
  b.settle();

  EXPECT_TRUE(b.c.sent("input_audio_buffer.append").empty());
  ASSERT_EQ(b.told().size(), 1u);
  EXPECT_THAT(b.told()[0], HasSubstr(R"("text":"[Caller] when are you open")"));
  EXPECT_THAT(b.told()[0], HasSubstr(R"("role":"user")"));
  EXPECT_EQ(b.c.sent("response.create").size(), 1u);
}

TEST(Bridge, ShowsTheCallerTheEventsOfItsOwnVoice) {
  Bridged b;
  b.append();
  b.ears->at(0)->utter("when are you open", 40);
  b.settle();
  const auto item_id = std::string(
      text_at(parse_strict(b.c.got("input_audio_buffer.committed").at(0))->as_object(), "item_id"));
  const std::string echo = R"({"previous_item_id":null,"item":{"id":")" + item_id +
                           R"(","type":"message","role":"user","content":[]},"type":)";
  b.c.model_says(echo + R"("conversation.item.added"})");
  b.c.model_says(echo + R"("conversation.item.done"})");

  EXPECT_THAT(b.c.got("input_audio_buffer.speech_started").at(0),
              HasSubstr(R"("audio_start_ms":40)"));
  EXPECT_THAT(b.c.got("input_audio_buffer.speech_stopped").at(0), HasSubstr(item_id));
  ASSERT_EQ(b.c.got("conversation.item.added").size(), 1u);  // the provider's echo is not news
  ASSERT_EQ(b.c.got("conversation.item.done").size(), 1u);
  EXPECT_THAT(b.c.got("conversation.item.added")[0], HasSubstr("input_audio"));
  const auto words = b.c.got("conversation.item.input_audio_transcription.completed");
  ASSERT_EQ(words.size(), 1u);
  EXPECT_THAT(words[0], HasSubstr(R"("transcript":"when are you open")"));
  EXPECT_THAT(words[0], HasSubstr(item_id));
  EXPECT_FALSE(b.c.caller_saw("[Caller]"));
}

TEST(Bridge, TellsHowSureTheEarsAreWhereTheyTell) {
  Bridged b;
  b.append();
  using Kind = HeardEvent::Kind;
  for (const auto kind : {Kind::started, Kind::stopped}) b.ears->at(0)->hear({kind, 0});
  HeardEvent words{Kind::words, 0, "when are you open"};
  words.confidence.add(0.75, 4);
  b.ears->at(0)->hear(words);
  b.ears->at(0)->utter("on Friday");
  b.settle();

  const auto told = b.c.got("conversation.item.input_audio_transcription.completed");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr(R"("callosum":{"confidence":7.5E-1,"words":4})"));
  EXPECT_THAT(told[1], Not(HasSubstr("confidence")));
  EXPECT_THAT(b.told().at(0), Not(HasSubstr("confidence")));
}

TEST(Bridge, KeepsSpeakersApart) {
  Bridged b;
  b.append("AAAA", R"(,"speaker":"Maya")");
  b.append("BBBB", R"(,"speaker":"Tom O'Neil")");
  b.ears->at(1)->utter("a table for two");
  b.ears->at(0)->utter("make it three [Tom] no");
  b.settle();

  ASSERT_EQ(b.ears->size(), 2u);
  EXPECT_EQ(b.ears->at(0)->fed, std::vector<std::string>{"audio/pcm AAAA"});
  ASSERT_EQ(b.told().size(), 2u);
  const auto all = b.told()[0] + b.told()[1];
  EXPECT_THAT(all, HasSubstr("[Tom O'Neil] a table for two"));
  EXPECT_THAT(all, HasSubstr("[Maya] make it three (Tom) no"));
}

TEST(Bridge, RefusesNamesThatWouldPassForSomethingElseAndTooManySpeakers) {
  Bridged b;
  for (const char* name : {R"("[Owner]")", R"("a\nb")", R"("")", "5", R"(" Maya")"}) {
    b.append("AAAA", R"(,"speaker":)" + std::string(name));
  }
  EXPECT_EQ(b.c.got("error").size(), 5u);
  EXPECT_THAT(b.c.got("error").back(), HasSubstr(R"("param":"speaker")"));
  EXPECT_THAT(b.c.got("error").back(), HasSubstr(R"("event_id":"a1")"));
  EXPECT_TRUE(b.ears->empty());

  for (int i = 0; i < 9; ++i) b.append("AAAA", R"(,"speaker":"S)" + std::to_string(i) + "\"");

  EXPECT_EQ(b.ears->size(), 8u);
  EXPECT_THAT(b.c.got("error").back(), HasSubstr("at most 8 speakers"));
}

TEST(Bridge, SaysWhatIsWrongWithTheAudio) {
  Bridged b;
  b.append("!");
  b.c.caller_says(R"({"type":"input_audio_buffer.append"})");

  ASSERT_EQ(b.c.got("error").size(), 2u);
  EXPECT_THAT(b.c.got("error")[0], HasSubstr("not base64"));
  EXPECT_THAT(b.c.got("error")[1], HasSubstr("Missing required parameter: 'audio'"));
}

TEST(Bridge, TellsTheProviderThatSomebodyWasNotUnderstood) {
  Bridged b;
  b.append();
  b.ears->at(0)->hear({HeardEvent::Kind::started, 0, {}});
  b.ears->at(0)->hear({HeardEvent::Kind::stopped, 900, {}});
  b.ears->at(0)->hear({HeardEvent::Kind::failed, 0, "too busy"});
  b.settle();

  ASSERT_EQ(b.told().size(), 1u);
  EXPECT_THAT(b.told()[0], HasSubstr("[Caller] (inaudible)"));
  EXPECT_EQ(b.c.sent("response.create").size(), 1u);
}

TEST(Bridge, RunsTheCallsThatTheProviderPlans) {
  Bridged b;
  b.append();
  b.ears->at(0)->utter("is it in stock");
  b.settle();
  b.c.response_created("resp_1");
  b.c.call("resp_1", "call_1", "stock");
  b.c.response_done("resp_1");

  EXPECT_EQ(b.c.w.scripts["stock"].runs, 1);
  EXPECT_EQ(b.c.w.audit.lines, std::vector<std::string>{"test.stock ok"});
  EXPECT_EQ(b.c.sent("response.create").size(), 2u);
}

TEST(Bridge, CutsTheProviderOffWhenSomebodySpeaks) {
  Bridged b;
  b.c.response_created("resp_1");
  b.append();
  b.ears->at(0)->hear({HeardEvent::Kind::started, 0, {}});
  b.settle();

  ASSERT_EQ(b.c.sent("response.cancel").size(), 1u);
  EXPECT_THAT(b.c.sent("response.cancel")[0], HasSubstr("resp_1"));
}

TEST(Bridge, WaitsWithItsResponseUntilTheActiveOneIsDone) {
  Bridged b;
  b.c.response_created("resp_1");
  b.append();
  b.ears->at(0)->utter("wait");
  b.settle();
  EXPECT_TRUE(b.c.sent("response.create").empty());

  b.c.response_done("resp_1", "cancelled");

  EXPECT_EQ(b.c.sent("response.create").size(), 1u);
}

TEST(Bridge, AsksAgainWhenAnotherResponseWasQuickerAndKeepsTheRefusalToItself) {
  Bridged b;
  b.append();
  b.ears->at(0)->utter("hello");
  b.settle();
  b.c.response_created("resp_other");
  b.c.refuse_last("response.create", "conversation_already_has_active_response", "");
  EXPECT_EQ(b.c.sent("response.create").size(), 1u);
  b.c.response_done("resp_other");

  EXPECT_EQ(b.c.sent("response.create").size(), 2u);
  EXPECT_TRUE(b.c.got("error").empty());
}

TEST(Bridge, ObeysTheSettingsThatTheProviderConfirmed) {
  Bridged b;
  b.append();
  b.apply(R"({"format":{"type":"audio/pcmu"},"turn_detection":{"type":"server_vad",)"
          R"("create_response":false,"interrupt_response":false}})");
  b.c.response_created("resp_1");
  b.append("CCCC");
  b.ears->at(0)->utter("hello");
  b.settle();

  EXPECT_EQ(b.ears->at(0)->fed.back(), "audio/pcmu CCCC");
  EXPECT_EQ(b.told().size(), 1u);
  EXPECT_TRUE(b.c.sent("response.create").empty());
  EXPECT_TRUE(b.c.sent("response.cancel").empty());
}

TEST(Bridge, HoldsTheCallersCreateUntilItsWordsAreThere) {
  Bridged b;
  b.append();
  b.apply(R"({"turn_detection":null})");
  EXPECT_FALSE(b.ears->at(0)->detects_turns);

  b.c.caller_says(R"({"type":"input_audio_buffer.commit"})");
  b.c.caller_says(R"({"type":"response.create","event_id":"mine"})");
  EXPECT_EQ(b.c.got("input_audio_buffer.committed").size(), 1u);
  EXPECT_TRUE(b.c.sent("response.create").empty());
  b.ears->at(0)->hear({HeardEvent::Kind::words, 0, "hello"});
  b.settle();

  const auto& sent = b.c.models.back()->sent;
  ASSERT_GE(sent.size(), 2u);
  EXPECT_THAT(sent[sent.size() - 2], HasSubstr("[Caller] hello"));
  EXPECT_THAT(sent.back(), HasSubstr(R"("event_id":"mine")"));
}

TEST(Bridge, RefusesToCommitNothing) {
  Bridged b;
  b.c.caller_says(R"({"type":"input_audio_buffer.commit","event_id":"mine"})");

  EXPECT_THAT(b.c.got("error").at(0), HasSubstr("too small"));
  EXPECT_THAT(b.c.got("error").at(0), HasSubstr(R"("event_id":"mine")"));
}

TEST(Bridge, FindsALostProviderAgainAndHearsOn) {
  Bridged b;
  b.append();
  b.ears->at(0)->utter("first");
  b.settle();
  b.c.lose_model();
  b.c.pass(2s);
  ASSERT_EQ(b.c.models.size(), 2u);

  b.append();
  b.ears->at(1)->utter("second");
  b.settle();

  const auto told = b.c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr("first"));
  EXPECT_THAT(told[1], HasSubstr("[Caller] second"));
}

}  // namespace
}  // namespace callosum::session
