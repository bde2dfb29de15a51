// Our own brain with a speech service for its mouth: no realtime provider takes part.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "conversation_world.hpp"
#include "fake_chat.hpp"
#include "fake_ears.hpp"
#include "fake_mouth.hpp"
#include "session/brain_port.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

struct Cascade {
  explicit Cascade(std::vector<registry::ToolSpec> tools = {make_tool("stock")})
      : c(std::move(tools), start(), nullptr, {}, wrap()) {}
  static SessionStart start() {
    SessionStart out;
    out.context.reply_path = registry::ReplyPath::brain;
    out.context.tool_ownership = registry::ToolOwnership::transport_only;
    out.context.is_provider_planned = false;
    out.models.emplace_back();
    out.models.back().transcription_model = "callosum-ears";
    return out;
  }
  Conversation::Wrap wrap() {
    return [this](auto& world, auto) {
      auto& w = world.w.world;
      if (!chat) chat = std::make_shared<testing::FakeChat>(w.executor(), w.time());
      BrainParts parts{w.time(), world.random, nullptr, chat, testing::make_fake_ears(ears),
                       "Caller"};
      parts.make_mouth = testing::make_fake_mouths(mouths);
      parts.profile.provider = "cascade";
      parts.thinks_ahead = true;
      return make_brain_port(std::move(parts));
    };
  }
  ~Cascade() {
    c.hang_up();
    c.pass(1s);
    chat.reset();  // it waits on the world's context
  }
  void settle() { c.w.world.settle(); }
  testing::MouthScript& mouth() { return *mouths->back(); }
  void utter(const std::string& words) {
    if (ears->empty()) c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
    ears->back()->utter(words);
    settle();
  }
  /// The caller speaks, and seems to have said this.
  void seems(const std::string& words, bool is_stable) {
    using Kind = realtime::HeardEvent::Kind;
    if (ears->empty()) {
      c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
      ears->back()->hear({Kind::started, 0});
    }
    ears->back()->hear({Kind::partial, 0, words, is_stable});
    settle();
  }
  void ends(const std::string& words) {
    using Kind = realtime::HeardEvent::Kind;
    ears->back()->hear({Kind::stopped, 1000});
    ears->back()->hear({Kind::words, 0, words});
    settle();
  }
  void says(const std::string& text, std::vector<realtime::ChatCall> calls = {}) {
    chat->say(text);
    chat->end(std::move(calls));
    settle();
  }
  void sounds(std::chrono::milliseconds length) {
    mouth().sound(length);
    settle();
  }
  void spoken() {
    mouth().spoken();
    settle();
  }
  /// What the chat model was told that the assistant had said.
  std::vector<std::string> remembered() const {
    std::vector<std::string> out;
    for (const auto& message : chat->asked.back().messages) {
      const auto& object = message.as_object();
      const auto* content = object.at("content").if_string();
      if (object.at("role") == "assistant" && content) out.emplace_back(*content);
    }
    return out;
  }

  std::shared_ptr<testing::EarsScripts> ears = std::make_shared<testing::EarsScripts>();
  std::shared_ptr<testing::MouthScripts> mouths = std::make_shared<testing::MouthScripts>();
  std::shared_ptr<testing::FakeChat> chat;
  Conversation c;
};

TEST(Cascade, TellsHowSureTheEarsAreToWhomItShowsTheirWords) {
  Cascade b;
  b.c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{"model":"ears"}}}}})");
  b.settle();
  b.c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
  using Kind = realtime::HeardEvent::Kind;
  for (const auto kind : {Kind::started, Kind::stopped}) b.ears->back()->hear({kind, 0});
  realtime::HeardEvent words{Kind::words, 0, "when are you open"};
  words.confidence.add(0.75, 4);
  b.ears->back()->hear(words);
  b.settle();

  const auto told = b.c.got("conversation.item.input_audio_transcription.completed");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr(R"("callosum":{"confidence":7.5E-1,"words":4})"));
}

TEST(Cascade, GivesEachPieceToTheMouthAsItComesAndEndsTheUtteranceOnce) {
  Cascade b;
  b.utter("when are you open");
  b.chat->say("From nine. Until ");
  b.settle();
  EXPECT_THAT(b.mouth().told, ElementsAre("From nine."));
  b.sounds(500ms);
  EXPECT_EQ(b.c.got("response.output_audio.delta").size(), 1u);

  b.says("six.");

  EXPECT_THAT(b.mouth().told, ElementsAre("From nine.", "Until six.", "(flush)"));
  EXPECT_TRUE(b.c.got("response.done").empty());
  b.sounds(500ms);
  b.spoken();
  ASSERT_EQ(b.c.got("response.done").size(), 1u);
  EXPECT_THAT(b.c.got("response.done")[0], HasSubstr("From nine. Until six."));
  EXPECT_EQ(b.mouths->size(), 1u);
}

TEST(Cascade, RunsItsCallsWhileTheWordsBeforeThemAreSpokenAndGoesOnBehindThem) {
  Cascade b;
  b.utter("is it in stock");
  b.says("One moment.", {{"call_of_chat", "stock", "{}"}});
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 1);
  b.sounds(300ms);
  EXPECT_EQ(b.chat->asked.size(), 1u);  // nothing is planned over what is being said

  b.spoken();

  ASSERT_EQ(b.chat->asked.size(), 2u);
  const auto& messages = b.chat->asked[1].messages;
  ASSERT_GE(messages.size(), 5u);  // prompt, question, words, call, result: in this order
  EXPECT_EQ(messages[2].at("content"), "One moment.");
  EXPECT_TRUE(messages[3].as_object().contains("tool_calls"));
  EXPECT_EQ(messages[4].at("role"), "tool");
  b.says("It is.");
  EXPECT_THAT(b.mouth().told, ElementsAre("One moment.", "(flush)", "It is.", "(flush)"));
}

TEST(Cascade, KeepsTheResultOfACallThatWasMadeBesideWordsThatNobodyHeard) {
  Cascade b;
  b.utter("is it in stock");
  b.says("One moment.", {{"call_of_chat", "stock", "{}"}});

  b.utter("wait");

  EXPECT_THAT(b.c.got("response.done").at(0), HasSubstr("turn_detected"));
  EXPECT_THAT(b.remembered(), ElementsAre());
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 1);
  EXPECT_EQ(b.mouth().told.back(), "(cancel)");
}

TEST(Cascade, ChangesNothingUntilTheWordsBeforeItHaveBeenSpoken) {
  auto tool = make_tool("book");
  tool.category = registry::Category::action;
  tool.access = registry::Access::write;
  tool.confirmation = registry::Confirmation::none;
  Cascade b({tool});
  b.utter("book it");
  b.says("I will book it.", {{"call_of_chat", "book", "{}"}});
  EXPECT_EQ(b.c.w.scripts["book"].runs, 0);
  b.sounds(300ms);
  b.spoken();

  EXPECT_EQ(b.c.w.scripts["book"].runs, 1);
}

TEST(Cascade, IsCutOffAndRemembersWhatTheServiceSaysWasSpoken) {
  Cascade b;
  b.utter("tell me all");
  b.says("One two three four. Five six seven eight.");
  b.mouth().marks({{19, 3s}, {41, 4s}});
  b.sounds(4s);
  b.c.pass(3250ms);

  b.utter("stop");

  EXPECT_EQ(b.mouth().told.back(), "(cancel)");
  EXPECT_THAT(b.c.got("response.done").at(0), HasSubstr("turn_detected"));
  EXPECT_THAT(b.remembered(), ElementsAre("One two three four. Five"));
  b.sounds(1s);  // late, and of nothing that is wanted
  EXPECT_EQ(b.c.got("response.output_audio.delta").size(), 1u);
}

TEST(Cascade, GuessesFromTheUsualPaceWhereTheServiceSaysNothing) {
  Cascade b;
  b.utter("tell me all");
  b.says("One two three four. Five six seven eight.");
  b.sounds(10s);  // of which the end is not there yet
  b.c.pass(1s);

  b.utter("stop");

  EXPECT_THAT(b.remembered(), ElementsAre("One two three"));
}

TEST(Cascade, HasWhatFailedSpokenOnceMoreFromWhereTheSoundEnded) {
  Cascade b;
  b.utter("tell me all");
  b.says("One two three four. Five six seven eight.");
  b.mouth().marks({{19, 1s}});
  b.sounds(1s);

  b.mouth().fail_with(ErrorType::transient, "the line broke");
  b.settle();

  EXPECT_THAT(b.mouth().told, ElementsAre("One two three four.", "Five six seven eight.", "(flush)",
                                          "(cancel)", "Five six seven eight.", "(flush)"));
  b.sounds(1s);
  b.spoken();
  ASSERT_EQ(b.c.got("response.done").size(), 1u);
  b.c.pass(1500ms);
  b.utter("go on");
  EXPECT_THAT(b.remembered(), ElementsAre("One two three four. Five six"));
}

TEST(Cascade, TakesAnotherMouthWhenItsOwnHasFailedTwice) {
  Cascade b;
  b.utter("hello");
  b.says("Hello there.");
  b.mouth().fail_with(ErrorType::transient, "the line broke");
  b.settle();
  b.mouth().fail_with(ErrorType::transient, "the line broke");
  b.settle();
  b.c.pass(2s);

  EXPECT_EQ(b.mouths->size(), 2u);
  EXPECT_FALSE(b.c.ended);
}

TEST(Cascade, DoesNotWaitForEverForAMouthThatFellSilent) {
  Cascade b;
  b.utter("hello");
  b.says("Hello there.");
  b.c.pass(9s);

  EXPECT_THAT(b.mouth().told,
              ElementsAre("Hello there.", "(flush)", "(cancel)", "Hello there.", "(flush)"));
}

TEST(Cascade, TakesAnotherMouthWhenItsOwnStaysSilent) {
  Cascade b;
  b.utter("hello");
  b.says("Hello there.");
  b.c.pass(20s);

  EXPECT_EQ(b.mouths->size(), 2u);
  EXPECT_FALSE(b.c.ended);
}

TEST(Cascade, SaysAgainWhatWasSpokenWithoutAnySound) {
  Cascade b;
  b.utter("hello");
  b.says("Shall I book it?");
  b.spoken();

  EXPECT_THAT(b.mouth().told, ElementsAre("Shall I book it?", "(flush)", "(cancel)",
                                          "Shall I book it?", "(flush)"));
  EXPECT_TRUE(b.c.got("response.done").empty());
  b.sounds(1s);
  b.spoken();
  EXPECT_THAT(b.c.got("response.done").at(0), HasSubstr(R"("status":"completed")"));
}

TEST(Cascade, EndsAReplyOfWhichNothingCouldBeHeardAsIncomplete) {
  auto tool = make_tool("book");
  tool.category = registry::Category::action;
  tool.access = registry::Access::write;
  tool.confirmation = registry::Confirmation::none;
  Cascade b({tool});
  b.utter("hello");
  b.says("I will book it.", {{"call_of_chat", "book", "{}"}});
  b.spoken();
  b.spoken();

  ASSERT_EQ(b.c.got("response.done").size(), 1u);
  EXPECT_THAT(b.c.got("response.done")[0], HasSubstr(R"("status":"incomplete")"));
  EXPECT_EQ(b.c.w.scripts["book"].runs, 0);  // nothing changes behind words that nobody heard
  b.utter("well");
  EXPECT_THAT(b.remembered(), ElementsAre());
}

TEST(Cascade, HasALongRestSpokenOnceMorePieceByPiece) {
  Cascade b;
  b.utter("tell me all");
  b.says("One two three four. Five six seven eight.");

  b.mouth().fail_with(ErrorType::transient, "the line broke");
  b.settle();

  EXPECT_THAT(b.mouth().told,
              ElementsAre("One two three four.", "Five six seven eight.", "(flush)", "(cancel)",
                          "One two three four.", "Five six seven eight.", "(flush)"));
}

TEST(Cascade, TakesAnotherMouthWhenItsOwnDoesNotStop) {
  Cascade b;
  b.utter("hello");
  b.chat->say("Hello there. How ");  // more is to come
  b.settle();
  for (int i = 0; i < 40; ++i) b.sounds(1s);

  EXPECT_LE(b.c.got("response.output_audio.delta").size(), 24u);
  b.c.pass(2s);
  EXPECT_EQ(b.mouths->size(), 2u);
}

TEST(Cascade, SpeaksInTheFormatThatTheCallersProgramAsksFor) {
  Cascade b;
  EXPECT_EQ(b.mouth().settings.format, "audio/pcm");
  b.c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"format":{"type":"audio/pcmu"}}}}})");
  b.utter("hello");
  b.says("Hello.");

  ASSERT_EQ(b.mouths->size(), 2u);
  EXPECT_EQ(b.mouth().settings.format, "audio/pcmu");
  EXPECT_THAT(b.mouth().told, ElementsAre("Hello.", "(flush)"));
}

TEST(Cascade, ThinksAheadAndSaysItOnceTheCallerHasEnded) {
  Cascade b;
  b.seems("is it", false);
  EXPECT_TRUE(b.chat->asked.empty());
  b.seems("is it in stock", true);
  ASSERT_EQ(b.chat->asked.size(), 1u);
  b.says("Let me look.", {{"call_of_chat", "stock", "{}"}});
  EXPECT_TRUE(b.mouth().told.empty());
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 0);
  EXPECT_TRUE(b.c.got("response.created").empty());

  b.ends("is it in stock");

  EXPECT_EQ(b.chat->asked.size(), 1u);
  EXPECT_THAT(b.mouth().told, ElementsAre("Let me look.", "(flush)"));
  EXPECT_EQ(b.c.w.scripts["stock"].runs, 1);
}

TEST(Cascade, DropsWhatItThoughtOfWhereTheCallerGoesOn) {
  Cascade b;
  b.seems("is it in stock", true);
  EXPECT_EQ(b.chat->running, 1);
  b.seems("is it in stock or", false);
  EXPECT_EQ(b.chat->running, 0);
  b.seems("is it in stock or not", true);
  EXPECT_EQ(b.chat->running, 1);

  b.ends("is it in stock or not any more");

  EXPECT_EQ(b.chat->asked.size(), 3u);
  EXPECT_EQ(b.chat->running, 1);
  b.says("It is.");
  EXPECT_THAT(b.mouth().told, ElementsAre("It is.", "(flush)"));
}

TEST(Cascade, AsksAgainWhereThinkingAheadHasFailed) {
  Cascade b;
  b.seems("is it in stock", true);
  b.chat->fail_with("too busy");
  b.settle();

  b.ends("is it in stock");

  EXPECT_EQ(b.chat->asked.size(), 2u);
  b.says("It is.");
  EXPECT_THAT(b.mouth().told, ElementsAre("It is.", "(flush)"));
}

TEST(Cascade, ThinksOfNoReplyOverAnother) {
  Cascade b;
  b.utter("hello");
  b.chat->say("Hello. ");
  b.settle();
  b.c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad","interrupt_response":false}}}}})");
  using Kind = realtime::HeardEvent::Kind;
  b.ears->back()->hear({Kind::started, 0});
  b.seems("mm-hm", true);

  EXPECT_EQ(b.chat->asked.size(), 1u);
}

TEST(Cascade, IsLostWithItsEars) {
  Cascade b;
  b.utter("hello");
  b.says("Hello.");
  b.ears->back()->hear({realtime::HeardEvent::Kind::lost, 0, "nobody answers"});
  b.c.pass(2s);

  EXPECT_EQ(b.mouths->size(), 2u);  // another connection, with ears of its own
  EXPECT_FALSE(b.c.ended);
}

TEST(Cascade, TellsTheChatModelWhatTheEarsAreNotSureOf) {
  Cascade b;
  b.c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
  using Kind = realtime::HeardEvent::Kind;
  b.ears->back()->hear({Kind::started, 0});
  b.ears->back()->hear({Kind::stopped, 1000});
  b.ears->back()->hear({Kind::words, 0, "is it in stock", false, false});
  b.settle();

  EXPECT_EQ(b.chat->asked.at(0).messages.back().at("content"), "[Caller] (unclear) is it in stock");
}

}  // namespace
}  // namespace callosum::session
