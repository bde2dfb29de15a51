// A conversation in which nobody says anything, under virtual time.
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tool;

constexpr const char* kPrompt = "Are you still there?";
constexpr const char* kGoodbye = "Goodbye then.";

TEST(SilenceWatch, AsksTwiceSaysGoodbyeAndEnds) {
  SilenceWatch watch({10s, kPrompt, kGoodbye});
  EXPECT_EQ(watch.due(SteadyTime(5s)), SteadyTime(15s));
  EXPECT_EQ(watch.take(), SilenceWatch::Step::prompt);
  watch.heard();
  EXPECT_EQ(watch.take(), SilenceWatch::Step::prompt);
  EXPECT_EQ(watch.take(), SilenceWatch::Step::prompt);
  EXPECT_EQ(watch.take(), SilenceWatch::Step::goodbye);
  EXPECT_EQ(watch.take(), SilenceWatch::Step::end);
  EXPECT_EQ(watch.take(), SilenceWatch::Step::end);
}

TEST(SilenceWatch, SaysNothingThatNobodyWrote) {
  SilenceWatch watch({10s, "", ""});
  EXPECT_EQ(watch.take(), SilenceWatch::Step::end);
}

TEST(SilenceWatch, IsOffWithoutATime) {
  EXPECT_EQ(SilenceWatch({}).due(SteadyTime(5s)), SteadyTime::max());
}

struct Quiet {
  explicit Quiet(std::vector<registry::ToolSpec> tools = {}, std::chrono::seconds after = 10s)
      : c(std::move(tools), start(after)) {
    c.accept_updates(1);
  }
  static SessionStart start(std::chrono::seconds after) {
    SessionStart out;
    out.silence = {after, kPrompt, kGoodbye};
    return out;
  }
  std::size_t said(const std::string& words) const {
    std::size_t count = 0;
    for (const auto& create : c.sent("response.create")) {
      count += create.find(words) != std::string::npos ? 1 : 0;
    }
    return count;
  }
  /// The line that was asked for last is spoken, in so much sound.
  void speak(const std::string& id, std::chrono::milliseconds length = 0ms) {
    c.model_says(R"({"type":"response.created","response":{"id":")" + id +
                 R"(","status":"in_progress","conversation_id":null,"output":[]}})");
    if (length > 0ms) sound(id, length);
    c.model_says(R"({"type":"response.done","response":{"id":")" + id +
                 R"(","status":"completed","conversation_id":null,"output":[]}})");
  }
  void sound(const std::string& id, std::chrono::milliseconds length) {
    const std::vector<std::uint8_t> pcm(static_cast<std::size_t>(length.count()) * 48);
    c.model_says(R"({"type":"response.output_audio.delta","response_id":")" + id +
                 R"(","delta":")" + encode_base64(pcm) + "\"}");
  }
  void caller_turn() {
    c.model_says(R"({"type":"input_audio_buffer.speech_started"})");
    c.model_says(R"({"type":"input_audio_buffer.speech_stopped"})");
    c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_u"})");
  }
  Conversation c;
};

TEST(Silence, IsAskedAboutTwiceThenTheConversationEndsWithAGoodbye) {
  Quiet q;
  q.c.pass(9900ms);
  EXPECT_EQ(q.said(kPrompt), 0u);
  q.c.pass(200ms);
  EXPECT_EQ(q.said(kPrompt), 1u);
  q.speak("resp_a");
  q.c.pass(10100ms);
  EXPECT_EQ(q.said(kPrompt), 2u);
  q.speak("resp_b");
  q.c.pass(10100ms);
  EXPECT_EQ(q.said(kPrompt), 2u);
  EXPECT_EQ(q.said(kGoodbye), 1u);
  EXPECT_FALSE(q.c.ended);

  q.speak("resp_c");
  q.c.pass(100ms);

  EXPECT_TRUE(q.c.ended);
  EXPECT_EQ(q.c.caller->close_code, 1000);
  EXPECT_EQ(q.c.caller->close_reason, kNobodySpeaks);
}

TEST(Silence, BeginsOnceWhatWasSaidHasBeenHeard) {
  Quiet q;
  q.c.response_created("resp_1");
  q.sound("resp_1", 5s);
  q.c.response_done("resp_1");
  q.c.pass(14900ms);
  EXPECT_EQ(q.said(kPrompt), 0u);

  q.c.pass(200ms);
  EXPECT_EQ(q.said(kPrompt), 1u);
}

TEST(Silence, IsNoneWhileAToolRuns) {
  auto slow = make_tool("slow");
  slow.timeout = 60s;
  Quiet q({slow});
  q.c.w.scripts["slow"].takes = 30s;
  q.c.response_created("resp_1");
  q.c.call("resp_1", "call_number_1", "slow");
  q.c.response_done("resp_1");
  q.c.pass(29s);

  EXPECT_EQ(q.said(kPrompt), 0u);
}

TEST(Silence, IsOverOnceTheCallerSpeaks) {
  Quiet q;
  q.c.pass(10100ms);
  q.speak("resp_a");
  q.c.pass(10100ms);
  q.speak("resp_b");
  ASSERT_EQ(q.said(kPrompt), 2u);

  q.caller_turn();
  q.c.response_created("resp_1");
  q.c.response_done("resp_1");
  q.c.pass(10100ms);

  EXPECT_EQ(q.said(kPrompt), 3u);
  EXPECT_EQ(q.said(kGoodbye), 0u);
}

TEST(Silence, WhoSpeaksOverTheGoodbyeStays) {
  Quiet q;
  q.c.pass(10100ms);
  q.speak("resp_a");
  q.c.pass(10100ms);
  q.speak("resp_b");
  q.c.pass(10100ms);
  ASSERT_EQ(q.said(kGoodbye), 1u);
  q.c.model_says(
      R"({"type":"response.created","response":{"id":"resp_c","status":"in_progress","conversation_id":null,"output":[]}})");

  q.caller_turn();
  q.c.model_says(
      R"({"type":"response.done","response":{"id":"resp_c","status":"cancelled","conversation_id":null,"output":[]}})");
  q.c.response_created("resp_1");
  q.c.response_done("resp_1");
  q.c.pass(1s);

  EXPECT_FALSE(q.c.ended);
  q.c.pass(10s);
  EXPECT_EQ(q.said(kPrompt), 3u);
}

TEST(Silence, EndsAlsoWhereTheGoodbyeIsNeverSaid) {
  Quiet q;
  q.c.pass(10100ms);
  q.speak("resp_a");
  q.c.pass(10100ms);
  q.speak("resp_b");
  q.c.pass(10100ms);
  EXPECT_FALSE(q.c.ended);
  q.c.pass(10100ms);

  EXPECT_TRUE(q.c.ended);
}

TEST(Silence, IsNobodysBusinessWhereNoTimeIsGiven) {
  Quiet q({}, 0s);
  q.c.pass(600s);

  EXPECT_THAT(q.c.sent("response.create"), IsEmpty());
}

}  // namespace
}  // namespace callosum::session
