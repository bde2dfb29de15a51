// Who is heard over a reply of our own brain: a back-channel, a cough, or somebody who means it.
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
using ::testing::IsEmpty;
using testing::make_tool;
using Kind = realtime::HeardEvent::Kind;

struct Spoken {
  explicit Spoken(std::chrono::milliseconds after = 0ms)
      : c({make_tool("stock")}, start(), nullptr, {}, wrap(after)) {
    c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
  }
  static SessionStart start() {
    SessionStart out;
    out.context.reply_path = registry::ReplyPath::brain;
    out.context.tool_ownership = registry::ToolOwnership::transport_only;
    out.context.is_provider_planned = false;
    out.models.emplace_back();
    out.models.back().transcription_model = "callosum-ears";
    return out;
  }
  Conversation::Wrap wrap(std::chrono::milliseconds after) {
    return [this, after](auto& world, auto) {
      auto& w = world.w.world;
      if (!chat) chat = std::make_shared<testing::FakeChat>(w.executor(), w.time());
      BrainParts parts{w.time(), world.random, nullptr, chat, testing::make_fake_ears(ears),
                       "Caller"};
      parts.make_mouth = testing::make_fake_mouths(mouths);
      parts.profile.provider = "cascade";
      parts.interrupt_after = after;
      return make_brain_port(std::move(parts));
    };
  }
  ~Spoken() {
    c.hang_up();
    c.pass(1s);
    chat.reset();  // it waits on the world's context
  }
  void settle() { c.w.world.settle(); }
  testing::MouthScript& mouth() { return *mouths->back(); }
  void hear(realtime::HeardEvent event) {
    ears->back()->hear(std::move(event));
    settle();
  }
  void begins() { hear({Kind::started, 0}); }
  void seems(const std::string& words) { hear({Kind::partial, 0, words}); }
  void ends(const std::string& words) {
    hear({Kind::stopped, 400});
    hear({Kind::words, 0, words});
  }
  /// The ears know the first words with the start.
  void begins_with(const std::string& words) {
    ears->back()->heard.push_back({Kind::started, 0});
    hear({Kind::partial, 0, words});
  }
  /// A reply of four seconds, whole, of which one second has been heard.
  void replies(const std::string& text = "One two three four. Five six seven eight.") {
    begins();
    ends("tell me all");
    chat->say(text);
    chat->end();
    settle();
    mouth().marks({{19, 2s}, {41, 4s}});
    mouth().sound(4s);
    mouth().spoken();
    settle();
    c.pass(1s);
    starts = c.got("input_audio_buffer.speech_started").size();
    turns = c.got("input_audio_buffer.committed").size();
  }
  std::size_t new_starts() const {
    return c.got("input_audio_buffer.speech_started").size() - starts;
  }
  std::size_t new_turns() const { return c.got("input_audio_buffer.committed").size() - turns; }
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
  std::size_t starts = 0, turns = 0;
  Conversation c;
};

TEST(BackChannelOverAReply, WhoseWordsComeWithItIsNoNewsToAnybody) {
  Spoken s;
  s.replies();

  s.begins_with("mm-hm");
  s.c.pass(500ms);
  s.ends("mm-hm");
  s.c.pass(1s);

  EXPECT_EQ(s.new_starts(), 0u);
  EXPECT_EQ(s.new_turns(), 0u);
  EXPECT_EQ(s.chat->asked.size(), 1u);
  EXPECT_EQ(s.c.got("response.created").size(), 1u);
}

TEST(BackChannelOverAReply, IsWaitedForWhereThatIsWanted) {
  Spoken s(400ms);
  s.replies();

  s.begins();
  s.c.pass(300ms);
  EXPECT_EQ(s.new_starts(), 0u);
  s.ends("yeah");

  EXPECT_EQ(s.new_starts(), 0u);
  EXPECT_EQ(s.chat->asked.size(), 1u);
}

TEST(BackChannelOverAReply, ThatIsBeingMadeLeavesItAlone) {
  Spoken s;
  s.begins();
  s.ends("tell me all");
  s.chat->say("One two three four. ");
  s.settle();
  s.mouth().sound(1s);
  s.settle();

  s.begins_with("okay");
  s.ends("okay");

  s.chat->say("Five.");
  s.chat->end();
  s.settle();
  EXPECT_THAT(s.mouth().told, ElementsAre("One two three four.", "Five.", "(flush)"));
  EXPECT_THAT(s.c.got("response.done"), IsEmpty());
}

TEST(BackChannelOverAReply, IsAnAnswerToWhatTheCallerHasHeardAsked) {
  Spoken s;
  s.replies("Shall I? Five six seven eight nine ten.");

  s.begins_with("yeah");

  EXPECT_EQ(s.new_starts(), 1u);
  s.ends("yeah");
  EXPECT_EQ(s.new_turns(), 1u);
  EXPECT_EQ(s.chat->asked.size(), 2u);
}

TEST(Interruption, ByWordsIsOneAtOnce) {
  Spoken s(400ms);
  s.replies();

  s.begins_with("no wait");
  EXPECT_EQ(s.new_starts(), 1u);
  s.ends("no wait");

  EXPECT_EQ(s.new_turns(), 1u);
  ASSERT_EQ(s.chat->asked.size(), 2u);
  EXPECT_THAT(s.remembered(), ElementsAre("One two"));
}

TEST(Interruption, BySoundAloneIsOneAtOnceWhereNothingElseIsSaid) {
  Spoken s;
  s.replies();

  s.begins();
  EXPECT_EQ(s.new_starts(), 1u);
  s.ends("no wait");

  EXPECT_EQ(s.new_turns(), 1u);
  EXPECT_THAT(s.remembered(), ElementsAre("One two"));
}

TEST(Interruption, BySoundAloneIsOneAfterTheTimeThatWasGivenIt) {
  Spoken s(400ms);
  s.replies();

  s.begins();
  s.c.pass(390ms);
  EXPECT_EQ(s.new_starts(), 0u);
  s.c.pass(20ms);

  EXPECT_EQ(s.new_starts(), 1u);
}

TEST(Interruption, ThatWasNoneGoesOnFromWhereTheEarWas) {
  Spoken s;
  s.replies();

  s.begins();
  EXPECT_EQ(s.new_starts(), 1u);
  s.ends("");

  EXPECT_EQ(s.new_turns(), 0u);
  EXPECT_EQ(s.c.got("input_audio_buffer.cleared").size(), 1u);
  EXPECT_EQ(s.chat->asked.size(), 1u);
  EXPECT_EQ(s.c.got("response.created").size(), 2u);
  EXPECT_THAT(s.mouth().told, ElementsAre("One two three four.", "Five six seven eight.", "(flush)",
                                          "three four.", "Five six seven eight.", "(flush)"));
}

TEST(Interruption, ThatWasNoneGoesOnFromWhatTheCallersProgramHasPlayed) {
  Spoken s;
  s.replies();
  const auto done = parse_strict(s.c.got("response.output_item.done").at(0)).value().as_object();
  const auto id = std::string(text_at(done.at("item").as_object(), "id"));

  s.begins();
  s.c.caller_says(R"({"type":"conversation.item.truncate","item_id":")" + id +
                  R"(","content_index":0,"audio_end_ms":500})");
  s.ends("mm-hm");

  ASSERT_GE(s.mouth().told.size(), 4u);
  EXPECT_EQ(s.mouth().told[3], "two three four.");
}

TEST(Interruption, ThatWasNoneGoesOnWithWhatWasPlannedMeanwhile) {
  Spoken s;
  s.begins();
  s.ends("tell me all");
  s.chat->say("One two three four. ");
  s.settle();
  s.mouth().marks({{19, 2s}});
  s.mouth().sound(2s);
  s.c.pass(1s);

  s.begins();
  EXPECT_EQ(s.chat->running, 1);
  s.chat->say("Five.");
  s.chat->end();
  s.settle();
  s.ends("");

  EXPECT_EQ(s.chat->asked.size(), 1u);
  EXPECT_THAT(s.mouth().told,
              ElementsAre("One two three four.", "(cancel)", "three four.", "Five.", "(flush)"));
  s.mouth().sound(1s);
  s.mouth().spoken();
  s.settle();
  EXPECT_THAT(s.c.got("response.done").back(), HasSubstr(R"("status":"completed")"));
}

TEST(Interruption, ThatIsMeantForgetsWhatWasPlannedMeanwhile) {
  Spoken s;
  s.begins();
  s.ends("tell me all");
  s.chat->say("One two three four. ");
  s.settle();
  s.mouth().sound(2s);
  s.c.pass(1s);
  s.begins();
  EXPECT_EQ(s.chat->running, 1);

  s.seems("no stop");

  EXPECT_EQ(s.chat->running, 0);
  s.ends("no stop");
  EXPECT_EQ(s.chat->asked.size(), 2u);
}

TEST(Interruption, ByWhoGoesOnAfterABackChannelIsOne) {
  Spoken s;
  s.replies();
  s.begins_with("okay");
  EXPECT_EQ(s.new_starts(), 0u);

  s.seems("okay but on Thursday");
  EXPECT_EQ(s.new_starts(), 1u);
  s.ends("okay but on Thursday");

  EXPECT_EQ(s.new_turns(), 1u);
  EXPECT_EQ(s.chat->asked.back().messages.back().at("content"), "[Caller] okay but on Thursday");
}

TEST(Interruption, AfterTheReplyHasEndedIsATurnLikeAny) {
  Spoken s;
  s.replies();
  s.c.pass(4s);

  s.begins_with("okay");
  s.ends("okay");

  EXPECT_EQ(s.new_turns(), 1u);
  EXPECT_EQ(s.chat->asked.size(), 2u);
}

}  // namespace
}  // namespace callosum::session
