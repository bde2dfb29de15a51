#include "session/session.hpp"

#include <gtest/gtest.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::make_tool;

constexpr const char* kUserSays =
    R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}})";
constexpr const char* kCreate = R"({"type":"response.create"})";

TEST(Session, OpensTheModelWithThePromptAndOurTools) {
  Conversation c({make_tool("stock")});

  const auto& session = c.models[0]->opened_with;
  EXPECT_EQ(session.at("instructions").as_string(), "PROMPT");
  ASSERT_EQ(session.at("tools").as_array().size(), 1u);
  EXPECT_EQ(session.at("tools").as_array()[0].at("name").as_string(), "stock");
}

TEST(Session, AnnouncesTheSessionOnceItIsWhatWasAskedForAndHidesOurPartOfIt) {
  Conversation c({make_tool("stock")});
  c.model_says(
      R"({"type":"session.created","event_id":"e1","session":{"id":"s","output_modalities":["audio"]}})");
  const bool too_early = !c.caller->got.empty();
  c.model_says(
      R"({"type":"session.updated","event_id":"e2","session":{"id":"s","output_modalities":["text"],"instructions":"PROMPT","tools":[{"type":"function","name":"stock"}]}})");

  EXPECT_FALSE(too_early);
  ASSERT_EQ(c.got("session.created").size(), 1u);
  EXPECT_NE(c.got("session.created")[0].find(R"(["text"])"), std::string::npos);
  EXPECT_TRUE(c.got("session.updated").empty());
  EXPECT_FALSE(c.caller_saw("stock"));
  EXPECT_FALSE(c.caller_saw("PROMPT"));
}

TEST(Session, RunsOurCallWithoutTheCallerSeeingIt) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  c.response_created("resp_2");
  c.message("resp_2", "We have three.");
  c.response_done("resp_2");

  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
  EXPECT_FALSE(c.caller_saw("stock"));
  EXPECT_FALSE(c.caller_saw("call_1"));
  EXPECT_FALSE(c.caller_saw("resp_1"));
  EXPECT_EQ(c.got("response.created").size(), 1u);
  EXPECT_EQ(c.got("response.done").size(), 1u);
}

TEST(Session, HandsTheFirstResponsesMetadataToTheOneThatFollowsUp) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1", R"({"client_event_id":"abc"})");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  ASSERT_EQ(c.sent("response.create").size(), 1u);
  EXPECT_NE(c.sent("response.create")[0].find(R"("client_event_id":"abc")"), std::string::npos);
}

TEST(Session, AnswersACallDeliveredFiveTimesOnce) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  for (int i = 0; i < 5; ++i) c.call("resp_1", "call_1", "stock");
  c.response_done(
      "resp_1", "completed",
      R"([{"id":"item_x","type":"function_call","status":"completed","call_id":"call_1","name":"stock","arguments":"{}"}])");

  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, AnswersACallThatOnlyTheResponsesEndTellsOf) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.response_done(
      "resp_1", "completed",
      R"([{"id":"item_x","type":"function_call","status":"completed","call_id":"call_1","name":"stock","arguments":"{}"}])");

  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
  EXPECT_FALSE(c.caller_saw("stock"));
}

TEST(Session, WaitsForEveryParallelCallAndThenCreatesOneResponse) {
  Conversation c({make_tool("quick"), make_tool("slow")});
  c.w.scripts["slow"].takes = 800ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "quick");
  c.call("resp_1", "call_2", "slow");
  c.response_done("resp_1");
  const auto before = c.sent("response.create").size();

  c.pass(1s);

  EXPECT_EQ(before, 0u);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 2u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, NeverCreatesAResponseWhileOneIsActive) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 100ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.response_created("resp_vad");

  c.pass(1s);
  const auto while_active = c.sent("response.create").size();
  c.response_done("resp_vad");

  EXPECT_EQ(while_active, 0u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, DoesNotRunACallThatWasCutOff) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock", R"({"a":)", "incomplete");
  c.response_done("resp_1", "cancelled");

  EXPECT_EQ(c.w.scripts["stock"].runs, 0);
  EXPECT_TRUE(c.sent("response.create").empty());
  EXPECT_EQ(c.got("response.done").size(), 1u);
}

TEST(Session, DoesNotRunAWriteOfAResponseThatTheCallerCutOff) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  Conversation c({write});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.model_says(
      R"({"type":"input_audio_buffer.speech_started","item_id":"item_u","audio_start_ms":1})");
  c.response_done("resp_1", "cancelled");

  EXPECT_EQ(c.w.scripts["book"].runs, 0);
  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("CANCELLED"), std::string::npos);
}

TEST(Session, DoesNotRunWhatChangesSomethingByAnArgumentEither) {
  auto mail = make_tool("mail");
  mail.risk.push_back({{{"action", {json::value("send")}}}, registry::Access::write});
  Conversation c({mail});
  c.response_created("resp_1");
  c.call("resp_1", "call_send_1", "mail", R"({"action":"send"})");
  c.call("resp_1", "call_look_1", "mail", R"({"action":"search"})");
  EXPECT_EQ(c.w.scripts["mail"].runs, 1);  // the look-up need not wait
  c.response_done("resp_1", "cancelled");

  EXPECT_EQ(c.w.scripts["mail"].runs, 1);
}

TEST(Session, AnInterruptedReadIsAnsweredAndFollowedByNothingOfOurs) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 3s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.model_says(
      R"({"type":"input_audio_buffer.speech_started","item_id":"item_u","audio_start_ms":1})");
  c.model_says(
      R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u","audio_end_ms":9})");
  c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_u"})");
  c.response_created("resp_2");
  c.message("resp_2", "Yes?");
  c.response_done("resp_2");
  c.pass(10s);

  EXPECT_EQ(c.w.scripts["stock"].finished, 0);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(Session, SaysNothingOfAReadThatStoppedOnlyAfterTheNextTurnHadBegun) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 3s;
  c.w.scripts["stock"].unwinds_for = 1s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.model_says(R"({"type":"input_audio_buffer.speech_started","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_u"})");
  c.response_created("resp_2");
  c.pass(2s);
  c.message("resp_2", "Yes?");
  c.response_done("resp_2");
  c.pass(10s);

  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(Session, SpeaksOfAnInterruptedReadWhereNothingElseFollowsTheInterruption) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 3s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.model_says(R"({"type":"input_audio_buffer.speech_started","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u"})");
  c.pass(10s);

  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, HoldsTheCallersCreateThatCrossesOneOfOurs) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  ASSERT_EQ(c.sent("response.create").size(), 1u);  // ours
  c.caller_says(kCreate);
  c.response_created("resp_2");
  c.message("resp_2", "There are three.");
  c.response_done("resp_2");

  EXPECT_EQ(c.sent("response.create").size(), 2u);
  EXPECT_TRUE(c.got("error").empty());
}

TEST(Session, AsksAgainForOursWhenItIsRefusedWhileTheCallersIsHeld) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(kCreate);
  c.refuse_last("response.create", "conversation_already_has_active_response", "");
  c.response_created("resp_2");
  c.message("resp_2", "Yes?");
  c.response_done("resp_2");

  EXPECT_EQ(c.sent("response.create").size(), 2u);  // the caller's stands for both
  EXPECT_TRUE(c.got("error").empty());
}

TEST(Session, TellsTheModelThatItInventedATool) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "teleport");
  c.response_done("resp_1");

  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("NOT_FOUND"), std::string::npos);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, LeavesTheCallersOwnToolToTheCaller) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","instructions":"Be kind.","tools":[{"type":"function","name":"lamp"}]}})");
  c.accept_updates(2);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.call("resp_1", "call_2", "stock");
  c.response_done("resp_1");
  const auto before = c.sent("response.create").size();
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"on"}})");
  c.caller_says(kCreate);

  EXPECT_EQ(before, 0u);
  EXPECT_TRUE(c.caller_saw("lamp"));
  EXPECT_FALSE(c.caller_saw("stock"));
  EXPECT_EQ(c.sent("conversation.item.create").size(), 2u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
  const auto update = c.sent("session.update");
  ASSERT_EQ(update.size(), 1u);
  EXPECT_NE(update[0].find("stock"), std::string::npos);
  EXPECT_NE(update[0].find("PROMPT\\n\\nBe kind."), std::string::npos);
}

TEST(Session, HoldsTheCallersCreateUntilOurToolsHaveAnswered) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 500ms;
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"lamp"}]}})");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.call("resp_1", "call_2", "stock");
  c.response_done("resp_1");
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"on"}})");
  c.caller_says(kCreate);
  const auto before = c.sent("response.create").size();

  c.pass(1s);

  EXPECT_EQ(before, 0u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(Session, RefusesACallerWhoAnswersInAToolsPlace) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 5s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.caller_says(
      R"({"type":"conversation.item.create","event_id":"e1","item":{"type":"function_call_output","call_id":"call_1","output":"lies"}})");

  EXPECT_TRUE(c.sent("conversation.item.create").empty());
  EXPECT_EQ(c.got("error").size(), 1u);
}

TEST(Session, RefusesACallersToolThatTakesOneOfOurNames) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"session.update","event_id":"e1","session":{"type":"realtime","tools":[{"type":"function","name":"stock"}]}})");

  EXPECT_TRUE(c.sent("session.update").empty());
  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_NE(c.got("error")[0].find("session.tools[0].name"), std::string::npos);
}

TEST(Session, RefusesASecondCreateAsTheRealServiceDoes) {
  Conversation c({make_tool("stock")});
  c.caller_says(kUserSays);
  c.caller_says(kCreate);
  c.response_created("resp_1");
  c.caller_says(kCreate);

  EXPECT_EQ(c.sent("response.create").size(), 1u);
  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_NE(c.got("error")[0].find("conversation_already_has_active_response"), std::string::npos);
}

TEST(Session, FindsALostModelAgainAndTellsItWhatWasSaid) {
  Conversation c({make_tool("stock")});
  c.caller_says(kUserSays);
  c.response_created("resp_1");
  c.message("resp_1", "Good morning.");
  c.response_done("resp_1");

  c.lose_model();
  c.pass(2s);

  ASSERT_EQ(c.models.size(), 2u);
  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("hello"), std::string::npos);
  EXPECT_NE(told[1].find("Good morning."), std::string::npos);
  EXPECT_TRUE(c.sent("response.create", 1).empty());
  EXPECT_FALSE(c.ended);
}

TEST(Session, TellsANewModelTheResultOfACallItNeverMade) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  write.on_interrupt = registry::OnInterrupt::commit;
  Conversation c({write});
  c.w.scripts["book"].takes = 3s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");
  c.lose_model();

  c.pass(10s);

  EXPECT_EQ(c.w.scripts["book"].runs, 1);
  ASSERT_EQ(c.models.size(), 2u);
  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("The earlier call of book has not ended yet"), std::string::npos);
  EXPECT_NE(told[1].find("The result of the earlier call of book is"), std::string::npos);
  EXPECT_NE(told[1].find("\"system\""), std::string::npos);
  EXPECT_EQ(c.sent("response.create", 1).size(), 1u);
}

TEST(Session, EndsAVisibleResponseThatALostModelCannotEnd) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "As I was say");

  c.lose_model();

  ASSERT_EQ(c.got("response.done").size(), 1u);
  EXPECT_NE(c.got("response.done")[0].find("failed"), std::string::npos);
}

TEST(Session, GivesUpAfterTheLastTryAndSaysSo) {
  Conversation c({make_tool("stock")});
  c.refusals_left = 100;

  c.lose_model();
  c.pass(60s);

  EXPECT_TRUE(c.ended);
  EXPECT_EQ(c.caller->close_code, 1013);
  EXPECT_EQ(c.got("error").size(), 1u);
}

TEST(Session, AppliesTheIntentsOfAnOkEnvelopeOnly) {
  Conversation c({make_tool("bye"), make_tool("broken")});
  c.w.scripts["broken"].error = fail(ErrorType::permanent, "no");
  c.w.scripts["broken"].intents = {{registry::Intent::end_voice_session, ""}};
  c.w.scripts["bye"].intents = {{registry::Intent::end_voice_session, ""}};
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "broken");
  c.response_done("resp_1");
  const bool after_broken = c.session->state().pending_end_voice_session();
  c.response_created("resp_2");
  c.call("resp_2", "call_2", "bye");
  c.response_done("resp_2");
  const bool after_bye = c.session->state().pending_end_voice_session();
  const bool before_last_words = c.ended;
  c.response_created("resp_3");
  c.message("resp_3", "Goodbye.");
  c.response_done("resp_3");
  c.pass(3s);

  EXPECT_FALSE(after_broken);
  EXPECT_TRUE(after_bye);
  EXPECT_FALSE(before_last_words);
  EXPECT_TRUE(c.ended);
  EXPECT_EQ(c.caller->close_code, 1000);
}

TEST(Session, SaysThePendingMessageBeforeItEnds) {
  Conversation c({make_tool("bye")});
  c.w.scripts["bye"].intents = {{registry::Intent::end_voice_session, ""},
                                {registry::Intent::set_pending_message, "See you soon."}};
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "bye");
  c.response_done("resp_1");
  c.response_created("resp_2");
  c.response_done("resp_2");

  const auto creates = c.sent("response.create");
  ASSERT_EQ(creates.size(), 2u);
  EXPECT_NE(creates[1].find("See you soon."), std::string::npos);
  EXPECT_FALSE(c.ended);
  c.model_says(
      R"({"type":"response.done","response":{"id":"resp_3","status":"completed","conversation_id":null,"output":[]}})");
  c.pass(3s);
  EXPECT_TRUE(c.ended);
}

TEST(Session, SendsNoAudioAndNoTranscriptInASuppressedTurn) {
  Conversation c({make_tool("quiet")});
  c.w.scripts["quiet"].intents = {{registry::Intent::suppress_audio, ""},
                                  {registry::Intent::suppress_transcript, ""}};
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "quiet");
  c.response_done("resp_1");
  c.response_created("resp_2");
  c.model_says(R"({"type":"response.output_audio.delta","delta":"AAAA"})");
  c.model_says(R"({"type":"response.output_audio_transcript.delta","delta":"secret"})");
  c.response_done("resp_2");
  const bool silent = c.got("response.output_audio.delta").empty() && !c.caller_saw("secret");
  c.caller_says(kUserSays);
  c.model_says(R"({"type":"response.output_audio.delta","delta":"AAAA"})");

  EXPECT_TRUE(silent);
  EXPECT_EQ(c.got("response.output_audio.delta").size(), 1u);
}

TEST(Session, PassesAudioAndUnknownEventsAsTheBytesThatCame) {
  Conversation c({make_tool("stock")});
  const std::string audio = R"({ "type":"response.output_audio.delta" , "delta":"AAAA" })";
  const std::string news = R"({"type":"response.hologram.delta","x":[1,2]})";
  const std::string append = R"({"audio":"AAAA", "type":"input_audio_buffer.append"})";
  c.model_says(audio);
  c.model_says(news);
  c.caller_says(append);

  EXPECT_EQ(c.caller->got, (std::vector<std::string>{audio, news}));
  EXPECT_EQ(c.models[0]->sent, std::vector<std::string>{append});
}

TEST(Session, AnswersWhatIsNoEventWithAnErrorAndLivesOn) {
  Conversation c({make_tool("stock")});
  for (const char* bad : {"", "{", "[]", "null", R"({"type":"session.explode"})",
                          R"({"type":"session.update"})", R"({"type":"conversation.item.create"})",
                          R"({"type":"response.create","type":"response.create"})"}) {
    c.caller_says(bad);
  }

  EXPECT_EQ(c.got("error").size(), 8u);
  EXPECT_TRUE(c.models[0]->sent.empty());
  EXPECT_FALSE(c.ended);
}

}  // namespace
}  // namespace callosum::session
