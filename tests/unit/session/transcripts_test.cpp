// The caller's words, where a tool needs them and the caller's program has asked for none.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
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

TEST(Transcripts, ThatComeBehindTheAnswerAreToldToTheNextConnectionBeforeIt) {
  Conversation c({make_tool("book")}, needing_words());
  c.accept_updates(1);
  c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_1"})");
  c.response_created("resp_1");
  c.model_says(
      R"({"type":"response.output_audio_transcript.done","response_id":"resp_1","item_id":"item_2","transcript":"It is booked."})");
  c.model_says(kWords);
  c.lose_model();
  c.pass(2s);

  const auto told = c.sent("conversation.item.create", 1);

  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr("yes please"));
  EXPECT_THAT(told[1], HasSubstr("It is booked."));
}

TEST(Transcripts, OfTwoTurnsThatBothComeLateEachStandsWhereItWasSaid) {
  Conversation c({make_tool("book")}, needing_words());
  c.accept_updates(1);
  const auto commit = [&](const std::string& item) {
    c.model_says(R"({"type":"input_audio_buffer.committed","item_id":")" + item + "\"}");
  };
  const auto words = [&](const std::string& item, const std::string& said) {
    c.model_says(R"({"type":"conversation.item.input_audio_transcription.completed","item_id":")" +
                 item + R"(","transcript":")" + said + "\"}");
  };
  commit("item_1");
  c.response_created("resp_1");
  c.message("resp_1", "On Friday?");
  c.response_done("resp_1");
  commit("item_3");
  words("item_3", "yes please");
  words("item_1", "book me in");
  c.lose_model();
  c.pass(2s);

  const auto told = c.sent("conversation.item.create", 1);

  ASSERT_EQ(told.size(), 3u);
  EXPECT_THAT(told[0], HasSubstr("book me in"));
  EXPECT_THAT(told[1], HasSubstr("On Friday?"));
  EXPECT_THAT(told[2], HasSubstr("yes please"));
}

struct NamedBooking {
  NamedBooking() : c({tool()}, needing_words()) { c.accept_updates(1); }
  static registry::ToolSpec tool() {
    auto out = make_tool("get_booking");
    out.provenance_seen = {"id"};
    return out;
  }
  /// The caller names a booking; the model calls before its words are known.
  void speak_and_call() {
    c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_1"})");
    c.response_created("resp_1");
    c.call("resp_1", "call_number_1", "get_booking", R"({"id":"4711"})");
    c.response_done("resp_1");
  }
  Conversation c;
};

TEST(Transcripts, ThatComeBehindTheCallTheyNameSomethingForAreWaitedFor) {
  NamedBooking b;
  b.speak_and_call();
  b.c.pass(1s);
  EXPECT_THAT(b.c.sent("conversation.item.create"), IsEmpty());

  b.c.model_says(
      R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"item_1","transcript":"number 4711"})");

  ASSERT_EQ(b.c.sent("conversation.item.create").size(), 1u);
  EXPECT_THAT(b.c.sent("conversation.item.create")[0], HasSubstr(R"(\"ok\":true)"));
}

TEST(Transcripts, ThatFailedAreWaitedForNoLonger) {
  NamedBooking b;
  b.speak_and_call();
  b.c.model_says(
      R"({"type":"conversation.item.input_audio_transcription.failed","item_id":"item_1","error":{"type":"server_error","message":"no"}})");

  ASSERT_EQ(b.c.sent("conversation.item.create").size(), 1u);
  EXPECT_THAT(b.c.sent("conversation.item.create")[0], HasSubstr("has not come up"));
}

TEST(Transcripts, AreNoPartOfTheSessionThatTheCallerSees) {
  Conversation c({make_tool("book")}, needing_words());
  c.model_says(
      R"({"type":"session.updated","session":{"id":"s","audio":{"input":{"transcription":{"model":"scribe"}}}}})");

  EXPECT_FALSE(c.caller_saw("scribe"));
}

}  // namespace
}  // namespace callosum::session
