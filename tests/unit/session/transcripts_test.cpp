// The caller's words, where a tool needs them and the caller's program has asked for none.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using testing::Conversation;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tool;
using ::testing::Not;

constexpr const char* kOurs = R"("transcription":{"model":"scribe"})";

SessionStart needing_words() {
  SessionStart start;
  start.models.emplace_back().transcription_model = "scribe";
  return start;
}

const std::string kWords =
    R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"item_1","transcript":"yes please"})";

TEST(Transcripts, AreAskedForWhereAToolNeedsThemAndNotShown) {
  Conversation c({make_tool("book")}, needing_words());
  c.accept_updates(1);
  EXPECT_THAT(json::serialize(c.models.back()->opened_with), HasSubstr(kOurs));

  c.model_says(kWords);

  EXPECT_THAT(c.got("conversation.item.input_audio_transcription.completed"), IsEmpty());
}

TEST(Transcripts, AreNotAskedForWhereNobodyNeedsThem) {
  Conversation c({make_tool("book")});
  EXPECT_THAT(json::serialize(c.models.back()->opened_with), Not(HasSubstr("transcription")));
}

TEST(Transcripts, ThatTheCallersProgramAskedForAreItsOwn) {
  Conversation c({make_tool("book")}, needing_words());
  c.accept_updates(1);
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{"model":"whisper-1"}}}}})");
  c.accept_updates(1);
  EXPECT_THAT(c.sent("session.update").back(), HasSubstr("whisper-1"));

  c.model_says(kWords);

  EXPECT_EQ(c.got("conversation.item.input_audio_transcription.completed").size(), 1u);
}

TEST(Transcripts, AreNotSwitchedOffByTheCallersProgram) {
  Conversation c({make_tool("book")}, needing_words());
  c.accept_updates(1);

  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":null}}}})");

  EXPECT_THAT(c.sent("session.update").back(), HasSubstr(kOurs));
  EXPECT_THAT(c.sent("session.update").back(), Not(HasSubstr("null")));
}

TEST(Transcripts, AreNoPartOfTheSessionThatTheCallerSees) {
  Conversation c({make_tool("book")}, needing_words());
  c.model_says(
      R"({"type":"session.updated","session":{"id":"s","audio":{"input":{"transcription":{"model":"scribe"}}}}})");

  EXPECT_FALSE(c.caller_saw("scribe"));
}

}  // namespace
}  // namespace callosum::session
