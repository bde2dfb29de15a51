// What keeps to the ear's time: a line while a tool is slow, and tools that end the conversation.
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tool;
using ::testing::Not;

registry::ToolSpec make_slow() {
  auto tool = make_tool("search");
  tool.filler_after = 250ms;
  tool.filler = "Let me look.";
  tool.timeout = 5s;
  return tool;
}

registry::ToolSpec make_hang_up() {
  auto tool = make_tool("hang_up");
  tool.terminal = true;
  return tool;
}

/// A model that calls, over a caller who listens.
struct Listening {
  explicit Listening(std::vector<registry::ToolSpec> tools) : c(std::move(tools)) {}
  Conversation c;

  void call(const std::string& id, const std::string& tool, std::size_t spoken_ms = 0) {
    c.response_created("resp_" + id);
    if (spoken_ms > 0) speak("resp_" + id, spoken_ms);
    c.call("resp_" + id, "call_number_" + id, tool);
    c.response_done("resp_" + id);
  }
  void speak(const std::string& response, std::size_t ms) {
    const std::vector<std::uint8_t> pcm(ms * 48);
    c.model_says(R"({"type":"response.output_audio.delta","response_id":")" + response +
                 R"(","delta":")" + encode_base64(pcm) + "\"}");
  }
  void filler_created(const std::string& id) {
    c.model_says(R"({"type":"response.created","response":{"id":")" + id +
                 R"(","status":"in_progress","conversation_id":null,"output":[]}})");
  }
  void filler_done(const std::string& id, const std::string& status) {
    c.model_says(R"({"type":"response.done","response":{"id":")" + id + R"(","status":")" + status +
                 R"(","conversation_id":null,"output":[]}})");
  }
  void caller_speaks() { c.model_says(R"({"type":"input_audio_buffer.speech_started"})"); }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& create : c.sent("response.create")) {
      if (create.find("Let me look.") != std::string::npos) out.push_back(create);
    }
    return out;
  }
  int runs(const std::string& tool) { return c.w.scripts[tool].runs; }
};

TEST(Filler, IsSaidOnceATurnWhileAToolIsSlow) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 2s;
  l.call("1", "search");
  l.c.pass(200ms);
  EXPECT_THAT(l.lines(), IsEmpty());

  l.c.pass(100ms);
  EXPECT_THAT(l.lines(), ElementsAre(HasSubstr(R"("conversation":"none")")));

  l.c.pass(1s);
  EXPECT_EQ(l.lines().size(), 1u);
}

TEST(Filler, IsNotSaidForAToolThatIsQuick) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 200ms;
  l.call("1", "search");
  l.c.pass(1s);

  EXPECT_THAT(l.lines(), IsEmpty());
}

TEST(Filler, IsCutShortByTheAnswer) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 1s;
  l.call("1", "search");
  l.c.pass(300ms);
  l.filler_created("resp_line");
  l.c.pass(1s);

  EXPECT_THAT(l.c.sent("response.cancel"), ElementsAre(HasSubstr("resp_line")));
  EXPECT_EQ(l.c.sent("response.create").size(), 2u);  // the line, and the follow-up
}

TEST(Filler, ThatHasNotBegunWhenTheAnswerComesIsCutWhenItBegins) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 1s;
  l.call("1", "search");
  l.c.pass(1500ms);
  EXPECT_THAT(l.c.sent("response.cancel"), IsEmpty());

  l.filler_created("resp_line");

  EXPECT_THAT(l.c.sent("response.cancel"), ElementsAre(HasSubstr("resp_line")));
}

TEST(Filler, IsCutShortByACallerWhoSpeaks) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 2s;
  l.call("1", "search");
  l.c.pass(300ms);
  l.filler_created("resp_line");

  l.caller_speaks();

  EXPECT_THAT(l.c.sent("response.cancel"), ElementsAre(HasSubstr("resp_line")));
}

TEST(Filler, IsNotSaidOverWhatTheModelSaysItself) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 1s;
  l.call("1", "search", 2000);  // two seconds of "let me see"
  l.c.pass(900ms);

  EXPECT_THAT(l.lines(), IsEmpty());
}

TEST(Filler, ThatTheProviderRefusesIsNoNewsToTheCaller) {
  Listening l({make_slow()});
  l.c.w.scripts["search"].takes = 1s;
  l.call("1", "search");
  l.c.pass(300ms);

  l.c.refuse_last("response.create", "invalid_value", "response");
  l.c.pass(1s);

  EXPECT_THAT(l.c.got("error"), IsEmpty());
  EXPECT_EQ(l.c.sent("response.create").size(), 2u);
}

TEST(Filler, IsSaidAfterTheToolsOwnUsualTime) {
  auto tool = make_slow();
  tool.filler_after = 1500ms;
  Listening l({tool});
  for (std::size_t i = 0; i < UsualTimes::kLeast; ++i) {
    l.c.usual_times.note(l.c.w.context().tenant_id, "search", 400ms);
  }
  l.c.w.scripts["search"].takes = 2s;
  l.call("1", "search");
  l.c.pass(390ms);
  EXPECT_THAT(l.lines(), IsEmpty());

  l.c.pass(20ms);
  EXPECT_EQ(l.lines().size(), 1u);
}

TEST(Filler, TheUsualTimeIsLearnedOfCallsThatRan) {
  auto tool = make_slow();
  tool.filler_after = 1500ms;
  Listening l({tool});
  const auto tenant = l.c.w.context().tenant_id;
  for (std::size_t i = 1; i < UsualTimes::kLeast; ++i)
    l.c.usual_times.note(tenant, "search", 300ms);
  l.c.w.scripts["search"].takes = 300ms;
  l.call("1", "search");
  EXPECT_FALSE(l.c.usual_times.find(tenant, "search"));
  l.c.pass(1s);

  const auto usual = l.c.usual_times.find(tenant, "search");

  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->p50, 300ms);
}

TEST(Delivery, OfAToolThatInterruptsDoesNotWaitForWhatTheModelSaysThen) {
  auto alarm = make_tool("alarm");
  alarm.delivery = registry::Delivery::interrupt;
  alarm.timeout = 5s;
  auto other = make_tool("other");
  other.timeout = 9s;
  Listening l({alarm, other});
  l.c.w.scripts["alarm"].takes = 1s;
  l.c.w.scripts["other"].takes = 3s;
  l.call("1", "alarm");
  l.call("2", "other");
  l.c.response_created("resp_chat");  // the user went on talking
  l.c.pass(1100ms);
  EXPECT_THAT(l.c.sent("response.cancel"), ElementsAre(HasSubstr("resp_chat")));

  l.c.response_done("resp_chat", "cancelled");
  l.c.pass(3s);

  EXPECT_EQ(l.c.w.scripts["other"].finished, 1);  // nobody interrupted that
  EXPECT_EQ(l.c.sent("response.create").size(), 1u);
}

TEST(Delivery, WhenIdleWaitsForTheEndOfWhatIsSaid) {
  auto slow = make_tool("slow");
  slow.timeout = 5s;
  Listening l({slow});
  l.c.w.scripts["slow"].takes = 1s;
  l.call("1", "slow");
  l.c.response_created("resp_chat");
  l.c.pass(2s);

  EXPECT_THAT(l.c.sent("response.cancel"), IsEmpty());
  EXPECT_THAT(l.c.sent("response.create"), IsEmpty());
  l.c.response_done("resp_chat");
  EXPECT_EQ(l.c.sent("response.create").size(), 1u);
}

TEST(TerminalTool, WaitsUntilWhatWasSaidBeforeItIsHeard) {
  Listening l({make_hang_up()});
  l.call("1", "hang_up", 3000);
  l.c.pass(2900ms);
  EXPECT_EQ(l.runs("hang_up"), 0);

  l.c.pass(200ms);
  EXPECT_EQ(l.runs("hang_up"), 1);
}

TEST(TerminalTool, DoesNotRunWhenTheCallerSpeaksBeforeTheEnd) {
  Listening l({make_hang_up()});
  l.call("1", "hang_up", 3000);
  l.c.pass(1s);

  l.caller_speaks();
  l.c.pass(5s);

  EXPECT_EQ(l.runs("hang_up"), 0);
  EXPECT_THAT(l.c.sent("conversation.item.create").back(), HasSubstr("CANCELLED"));
}

TEST(TerminalTool, DoesNotRunOfAResponseThatWasCutOff) {
  Listening l({make_hang_up()});
  l.c.response_created("resp_1");
  l.speak("resp_1", 1000);
  l.c.call("resp_1", "call_number_1", "hang_up");
  l.c.response_done("resp_1", "cancelled");
  l.c.pass(5s);

  EXPECT_EQ(l.runs("hang_up"), 0);
}

TEST(TerminalTool, RunsOnce) {
  Listening l({make_hang_up()});
  l.call("1", "hang_up");
  l.call("2", "hang_up");
  l.c.pass(1s);

  EXPECT_EQ(l.runs("hang_up"), 1);
  EXPECT_THAT(l.c.sent("conversation.item.create").back(), HasSubstr("CONFLICT"));
}

/// A tool has ended the conversation, and so much is said to it.
struct Leaving : Listening {
  explicit Leaving(std::size_t spoken_ms) : Listening({make_tool("bye")}) {
    c.w.scripts["bye"].intents = {{registry::Intent::end_voice_session, ""}};
    call("1", "bye");
    c.response_created("resp_bye");
    speak("resp_bye", spoken_ms);
    c.message("resp_bye", "Goodbye.");
  }
};

TEST(LastWords, AreHeardBeforeTheConversationEnds) {
  Leaving l(3000);
  l.c.response_done("resp_bye");
  l.c.pass(2900ms);
  EXPECT_TRUE(l.c.session->state().is_active());

  l.c.pass(3s);
  EXPECT_TRUE(l.c.ended);
}

TEST(LastWords, ThatTheCallerSpeaksOverAreNotTheLast) {
  for (const bool is_made : {false, true}) {
    Leaving l(3000);
    if (is_made) l.c.response_done("resp_bye");
    l.c.pass(1s);
    l.caller_speaks();
    if (!is_made) l.c.response_done("resp_bye", "cancelled");
    l.c.pass(5s);

    EXPECT_TRUE(l.c.session->state().is_active());
    EXPECT_FALSE(l.c.session->state().pending_end_voice_session());
    EXPECT_THAT(l.c.sent("conversation.item.create").back(), HasSubstr("so it goes on"));
  }
}

TEST(LastWords, AreHeardWhereTheCallerSpeaksOverTheEndOfThem) {
  Leaving l(3000);
  l.c.response_done("resp_bye");
  l.c.pass(2500ms);
  l.caller_speaks();
  l.c.pass(5s);

  EXPECT_TRUE(l.c.ended);
}

}  // namespace
}  // namespace callosum::session
