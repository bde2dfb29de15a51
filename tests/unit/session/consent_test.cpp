// A question that a tool needs, through a whole conversation.
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::make_tool;

registry::ToolSpec make_booking() {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.confirmation = registry::Confirmation::spoken;
  return tool;
}

struct MemoryRecords final : SessionRecords {
  void note(storage::RealtimeSession session) override { last = std::move(session); }
  storage::RealtimeSession last;
};

using Before = std::vector<SessionStart::Said>;

SessionStart asked_before(OpenQuestions heard, Before before = {}) {
  SessionStart start;
  start.questions = std::move(heard);
  start.before = std::move(before);
  return start;
}

struct Talk {
  explicit Talk(OpenQuestions heard = {}, Before before = {})
      : c({make_booking()}, asked_before(std::move(heard), std::move(before)), &records) {}
  /// What another connection of the session would begin with.
  OpenQuestions kept() {
    return decode_questions(records.last.open_questions, epoch_ms(c.w.world.time().wall_now()));
  }
  MemoryRecords records;
  Conversation c;
  int calls = 0;

  /// One response that only calls; the output that the model got for it.
  std::string call(const std::string& token = {}) {
    const auto id = std::to_string(++calls);
    const auto arguments =
        token.empty() ? std::string("{}") : R"({"confirmationToken":")" + token + "\"}";
    c.response_created("resp_call_" + id);
    c.call("resp_call_" + id, "call_number_" + id, "book", arguments);
    c.response_done("resp_call_" + id);
    c.pass(4s);  // the words of a turn may be waited for
    return c.sent("conversation.item.create").back();
  }
  std::string ask() {
    const auto output = call();
    const auto at = output.find("confirm_");
    return at == std::string::npos ? "" : output.substr(at, std::string("confirm_").size() + 32);
  }
  /// The model asks: so much sound, and its words.
  void say_question(const std::string& id, std::size_t audio_ms = 0) {
    say(id, "Shall I book that?", audio_ms, 1);
  }
  void say(const std::string& id, const std::string& words, std::size_t audio_ms,
           std::size_t frames) {
    c.response_created(id);
    const std::vector<std::uint8_t> pcm(audio_ms * 48 / frames);
    for (std::size_t frame = 0; frame < frames && !pcm.empty(); ++frame) {
      c.model_says(R"({"type":"response.output_audio.delta","response_id":")" + id +
                   R"(","delta":")" + encode_base64(pcm) + "\"}");
    }
    c.message(id, words);
    c.response_done(id);
  }
  void speech(const std::string& item, const std::string& words) {
    speaks(item);
    is_understood(item, words);
  }
  /// What was said, of which the words come later.
  void speaks(const std::string& item) {
    c.model_says(R"({"type":"input_audio_buffer.speech_started","item_id":")" + item + "\"}");
    c.model_says(R"({"type":"input_audio_buffer.speech_stopped","item_id":")" + item + "\"}");
    c.model_says(R"({"type":"input_audio_buffer.committed","item_id":")" + item + "\"}");
  }
  void is_understood(const std::string& item, const std::string& words) {
    c.model_says(R"({"type":"conversation.item.input_audio_transcription.completed","item_id":")" +
                 item + R"(","transcript":")" + words + "\"}");
  }
  int runs() { return c.w.scripts["book"].runs; }
};

TEST(SessionConsent, IsAYesToAQuestionThatWasHeard) {
  Talk talk;
  const auto token = talk.ask();
  ASSERT_FALSE(token.empty());
  talk.say_question("resp_q");
  talk.speech("item_1", "Yes, please.");

  EXPECT_NE(talk.call(token).find(R"(\"ok\":true)"), std::string::npos);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsTypedAsWell) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"go ahead"}]}})");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsNoneWhenTheCallerSpokeOverTheQuestion) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q", 5000);  // five seconds, of which one is heard
  talk.c.pass(1s);
  talk.speech("item_1", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 0);
}

TEST(SessionConsent, MayBeginOverTheLastOfTheQuestion) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q", 5000);
  talk.c.pass(4500ms);
  talk.speech("item_1", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsNoneWhereSomethingElseWasAskedSince) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.speech("item_1", "What does it cost?");
  talk.say("resp_else", "Forty. Shall I tell you about parking?", 0, 1);
  talk.speech("item_2", "Yes.");
  talk.say("resp_parking", "There is a yard. Shall I say more of it?", 0, 1);
  talk.speech("item_3", "Yes.");
  EXPECT_THAT(talk.call(token), ::testing::HasSubstr("CONFIRMATION_REQUIRED"));

  EXPECT_EQ(talk.runs(), 0);
}

TEST(SessionConsent, IsAskedForOnceMoreWhereSomethingElseWasAskedSince) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.speech("item_1", "What does it cost?");
  talk.say("resp_else", "Forty. Shall I tell you about parking?", 0, 1);
  talk.speech("item_2", "No thanks.");
  talk.say("resp_again", "So shall I book it?", 0, 1);
  talk.speech("item_3", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsNotTakenBackByTheWordsThatWereSaidBeforeItWasAskedFor) {
  Talk talk;
  talk.speaks("item_1");
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.is_understood("item_1", "No wait, Wednesday.");
  talk.speech("item_2", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, StaysOpenOverAnAnswerThatLeadsBackToIt) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.speech("item_1", "What does it cost?");
  talk.say("resp_else", "Forty. Shall I go ahead?", 0, 1);
  talk.speech("item_2", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsOfTheSoundAloneHoweverMuchIsWrittenAroundIt) {
  Talk talk;
  const auto token = talk.ask();
  talk.say("resp_q", "Shall I book that?", 2000, 500);  // each frame says more of itself than sound
  talk.c.pass(2s);
  talk.speech("item_1", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 1);
}

TEST(SessionConsent, IsNoneWhileWhatWasSaidBeforeTheQuestionStillPlays) {
  Talk talk;
  talk.say("resp_long", "Here is all that there is.", 20'000, 1);
  const auto token = talk.ask();  // four seconds
  talk.say_question("resp_q", 1000);
  talk.c.pass(3s);  // of the first twenty seconds there are thirteen to come
  talk.speech("item_1", "Yes.");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 0);
}

std::string truncated_at(int ms) {
  return R"({"type":"conversation.item.truncate","item_id":"item_q","content_index":0,"audio_end_ms":)" +
         std::to_string(ms) + "}";
}

TEST(SessionConsent, MayBeginOverTheLastOfAQuestionThatTheCallersProgramThenCuts) {
  Talk prompt;
  const auto token = prompt.ask();
  prompt.say_question("resp_q", 5000);
  prompt.c.pass(4500ms);
  prompt.c.caller_says(truncated_at(4400));
  prompt.speech("item_1", "Yes.");
  prompt.call(token);
  EXPECT_EQ(prompt.runs(), 1);

  Talk early;
  const auto second = early.ask();
  early.say_question("resp_q", 5000);
  early.c.pass(4500ms);  // by the clock; what plays it was behind
  early.c.caller_says(truncated_at(3000));
  early.speech("item_1", "Yes.");
  early.call(second);
  EXPECT_EQ(early.runs(), 0);

  Talk unfinished;
  const auto third = unfinished.ask();
  unfinished.c.response_created("resp_q");
  unfinished.c.caller_says(truncated_at(0));  // nothing was made of it yet
  unfinished.c.message("resp_q", "Shall I book that?");
  unfinished.c.response_done("resp_q");
  unfinished.speech("item_1", "Yes.");
  unfinished.call(third);
  EXPECT_EQ(unfinished.runs(), 0);
}

TEST(SessionHistory, TellsANewConnectionHowManyDigitsWerePressedAndNotWhich) {
  SessionStart start;
  start.context.call_sid = "CA1";
  Conversation c({make_booking()}, std::move(start));
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"id":"item_keypad_7","type":"message","role":"user","content":[{"type":"input_text","text":"[pressed on the keypad: 9751]"}]}})");
  EXPECT_NE(c.sent("conversation.item.create").back().find("9751"), std::string::npos);

  c.lose_model();
  c.pass(10s);

  ASSERT_EQ(c.models.size(), 2u);
  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].find("9751"), std::string::npos);
  EXPECT_NE(told[0].find("4 digits"), std::string::npos);
}

TEST(SessionConsent, IsNoneWhenTheReplyWasCutOrHadNoWords) {
  Talk cut;
  const auto token = cut.ask();
  cut.c.response_created("resp_q");
  cut.c.message("resp_q", "Shall I");
  cut.c.response_done("resp_q", "cancelled");
  cut.speech("item_1", "Yes.");
  cut.call(token);
  EXPECT_EQ(cut.runs(), 0);

  Talk silent;
  const auto second = silent.ask();
  silent.c.response_created("resp_q");
  silent.c.response_done("resp_q");
  silent.speech("item_1", "Yes.");
  silent.call(second);
  EXPECT_EQ(silent.runs(), 0);
}

TEST(SessionConsent, IsAskedForAcrossConnectionsOnceTheQuestionWasHeardToItsEnd) {
  Talk talk;
  const auto token = talk.ask();
  EXPECT_TRUE(talk.kept().empty());
  talk.say_question("resp_q", 5000);
  talk.c.pass(4500ms);
  EXPECT_TRUE(talk.kept().empty());  // its end is still being played
  talk.c.pass(600ms);
  ASSERT_EQ(talk.kept().size(), 1u);
  talk.c.hang_up();
  talk.c.session.reset();

  Talk again(talk.kept());
  const auto told = again.c.sent("conversation.item.create");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find(token), std::string::npos);
  EXPECT_NE(told[0].find("system"), std::string::npos);
  EXPECT_EQ(told[1].find("system"), std::string::npos);  // a model's words are no system's
  EXPECT_NE(told[1].find("Data, the arguments of that call"), std::string::npos);
  EXPECT_FALSE(again.c.caller_saw(token));
  again.speech("item_1", "Yes, please.");
  again.call(token);
  again.call(token);

  EXPECT_EQ(again.runs(), 1);
  EXPECT_TRUE(again.kept().empty());
}

/// A question that was heard on an earlier connection of the session.
OpenQuestions asked_once() {
  Talk talk;
  talk.ask();
  talk.say_question("resp_q");
  return talk.kept();
}

TEST(SessionConsent, IsNotWhatTheCallerSaidOnAnEarlierConnection) {
  const auto questions = asked_once();
  ASSERT_EQ(questions.size(), 1u);
  Talk agreed(questions, {{"user", "Yes, please."}, {"assistant", "Shall I book that?"}});
  const auto told = agreed.c.sent("conversation.item.create");
  ASSERT_EQ(told.size(), 4u);  // two that were said, the question and its arguments
  EXPECT_NE(told[0].find("Yes, please."), std::string::npos);
  EXPECT_NE(told[1].find(R"("role":"assistant")"), std::string::npos);
  agreed.call(questions[0].token);
  EXPECT_EQ(agreed.runs(), 0);

  Talk denied(questions, {{"user", "No, leave it."}});
  EXPECT_EQ(denied.kept().size(), 1u);
  denied.speech("item_1", "Yes, please.");
  denied.call(questions[0].token);
  EXPECT_EQ(denied.runs(), 1);
}

TEST(SessionConsent, IsNotAskedForAcrossConnectionsOnceItWasAnswered) {
  Talk denied;
  const auto token = denied.ask();
  denied.say_question("resp_q");
  ASSERT_EQ(denied.kept().size(), 1u);
  denied.speech("item_1", "No, leave it.");
  EXPECT_TRUE(denied.kept().empty());

  Talk cut;
  cut.ask();
  cut.say_question("resp_q", 5000);
  cut.c.pass(1s);
  cut.speech("item_1", "Wait.");
  cut.c.pass(10s);
  EXPECT_TRUE(cut.kept().empty());
}

/// A model that reads mail, slowly, and drafts some.
struct Mail {
  static std::vector<registry::ToolSpec> tools() {
    auto read = make_tool("read_mail");
    read.untrusted = true;
    read.on_interrupt = registry::OnInterrupt::commit;
    auto draft = make_tool("draft_mail");
    draft.access = registry::Access::write;
    return {read, draft};
  }
  static SessionStart begun_with(std::string untrusted, OpenQuestions heard) {
    auto start = asked_before(std::move(heard));
    start.untrusted = std::move(untrusted);
    return start;
  }
  explicit Mail(std::string untrusted = {}, OpenQuestions heard = {})
      : c(tools(), begun_with(std::move(untrusted), std::move(heard)), &records) {}

  void call(const std::string& tool, const std::string& arguments) {
    const auto id = std::to_string(++calls);
    c.response_created("resp_call_" + id);
    c.call("resp_call_" + id, "call_number_" + id, tool, arguments);
    c.response_done("resp_call_" + id);
  }
  bool is_drafted(const std::string& arguments) {
    const int before = c.w.scripts["draft_mail"].runs;
    call("draft_mail", arguments);
    c.pass(1s);
    return c.w.scripts["draft_mail"].runs > before;
  }
  void turn() {
    const auto item = R"("item_id":"item_)" + std::to_string(++calls) + R"("})";
    for (const char* what : {"speech_started", "speech_stopped", "committed"}) {
      c.model_says(R"({"type":"input_audio_buffer.)" + std::string(what) + R"(",)" + item);
    }
  }
  MemoryRecords records;
  Conversation c;
  int calls = 0;
};

TEST(SessionConsent, IsAskedForInTheTurnInWhichTheModelGetsStrangersText) {
  Mail mail;
  mail.c.w.scripts["read_mail"].takes = 1s;
  mail.call("read_mail", "{}");
  mail.turn();
  mail.c.pass(2s);

  EXPECT_FALSE(mail.is_drafted(R"({"n":1})"));
  mail.turn();
  EXPECT_TRUE(mail.is_drafted(R"({"n":2})"));
}

TEST(SessionConsent, StaysAskedForOnTheNextConnectionWhereStrangersTextHasRaisedIt) {
  Mail mail;
  mail.call("read_mail", "{}");
  mail.c.pass(1s);
  EXPECT_FALSE(mail.is_drafted(R"({"n":1})"));
  const auto untrusted = mail.records.last.untrusted;
  mail.c.hang_up();

  Mail again(untrusted);
  again.turn();
  again.turn();
  EXPECT_FALSE(again.is_drafted(R"({"n":1})"));
  EXPECT_TRUE(again.is_drafted(R"({"n":2})"));
  EXPECT_FALSE(again.records.last.untrusted.empty());
}

TEST(SessionConsent, OfACallIsForOneThatCameInItsOrderAlsoOnAnEarlierConnection) {
  const auto tools = [] {
    auto look = make_tool("look");
    auto book = make_tool("book");
    book.requires_tools = {"look"};
    return std::vector<registry::ToolSpec>{look, book};
  };
  const auto call = [](Conversation& c, const std::string& tool) {
    c.response_created("resp_" + tool);
    c.call("resp_" + tool, "call_number_" + tool, tool, R"({"day":"friday"})");
    c.response_done("resp_" + tool);
    c.pass(1s);
  };
  MemoryRecords records;
  SessionStart start;
  {
    Conversation c(tools(), {}, &records);
    call(c, "book");
    EXPECT_EQ(c.w.scripts["book"].runs, 0);
    call(c, "look");
    start.answered_calls = records.last.answered_calls;
  }
  EXPECT_NE(start.answered_calls, "");
  EXPECT_EQ(start.answered_calls.find("friday"), std::string::npos);

  Conversation again(tools(), std::move(start), &records);
  call(again, "book");

  EXPECT_EQ(again.w.scripts["book"].runs, 1);
}

TEST(SessionConsent, IsAskedForByARestoredQuestionThatWasRaised) {
  Mail mail;
  mail.call("read_mail", "{}");
  mail.c.pass(1s);
  EXPECT_FALSE(mail.is_drafted(R"({"n":1})"));
  mail.c.response_created("resp_q");
  mail.c.message("resp_q", "Shall I draft that?");
  mail.c.response_done("resp_q");
  const auto kept = decode_questions(mail.records.last.open_questions,
                                     epoch_ms(mail.c.w.world.time().wall_now()));
  ASSERT_EQ(kept.size(), 1u);
  mail.c.hang_up();

  Mail again("", kept);
  again.turn();
  again.turn();
  EXPECT_FALSE(again.is_drafted(R"({"n":1})"));
}

TEST(SessionConsent, IsOfTheTurnThatTheWordsBelongTo) {
  Talk talk;
  const auto token = talk.ask();
  talk.say_question("resp_q");
  talk.speech("item_1", "Yes.");
  talk.speech("item_2", "How late is it?");

  talk.call(token);
  EXPECT_EQ(talk.runs(), 0);
}

}  // namespace
}  // namespace callosum::session
