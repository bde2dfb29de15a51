// What a lost connection, or a caller who has gone, leaves behind: nothing waits for ever.
#include <gmock/gmock.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

std::string item(const std::string& id, const std::string& role, const std::string& text) {
  return R"({"type":"conversation.item.create","event_id":"e_)" + id + R"(","item":{"id":")" + id +
         R"(","type":"message","role":")" + role + R"(","content":[{"type":"input_text","text":")" +
         text + R"("}]}})";
}

TEST(SessionLosses, EndResponsesOutsideTheConversation) {
  Conversation c({make_tool("stock")});
  for (const std::string id : {"resp_a", "resp_b"}) {
    c.caller_says(R"({"type":"response.create","response":{"conversation":"none"}})");
    c.model_says(R"({"type":"response.created","response":{"id":")" + id +
                 R"(","status":"in_progress","conversation_id":null,"output":[]}})");
  }
  c.model_says(
      R"({"type":"response.done","response":{"id":"resp_a","status":"completed","conversation_id":null,"output":[]}})");
  c.lose_model();

  ASSERT_EQ(c.got("response.done").size(), 2u);
  EXPECT_THAT(c.got("response.done")[1], HasSubstr(R"("id":"resp_b","status":"failed")"));
}

TEST(SessionLosses, SendTheCallersCreateAgain) {
  Conversation c({make_tool("stock")});
  const std::string create =
      R"({"type":"response.create","event_id":"mine","response":{"metadata":{"client_event_id":"LK1"}}})";
  c.caller_says(create);
  c.lose_model();
  c.caller_says(R"({"type":"response.create","event_id":"second"})");
  c.pass(2s);

  ASSERT_EQ(c.models.size(), 2u);
  ASSERT_EQ(c.sent("response.create", 1).size(), 1u);
  EXPECT_THAT(c.sent("response.create", 1)[0], HasSubstr("LK1"));
  EXPECT_THAT(c.sent("response.create", 1)[0], HasSubstr(R"("event_id":"mine")"));
  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":"second")"));
}

TEST(SessionLosses, SendTheCallersCreateAgainWhereNothingOfItsResponseWasSeen) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"response.create","event_id":"mine","response":{"metadata":{"a":"LK1"}}})");
  c.response_created("resp_1", R"({"a":"LK1"})");
  c.lose_model();
  c.pass(2s);

  ASSERT_EQ(c.sent("response.create", 1).size(), 1u);
  EXPECT_THAT(c.sent("response.create", 1)[0], HasSubstr(R"("event_id":"mine")"));
}

TEST(SessionLosses, HandTheMetadataOfAHiddenResponseOn) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"response.create","event_id":"mine","response":{"metadata":{"a":"LK1"}}})");
  c.response_created("resp_1", R"({"a":"LK1"})");
  c.call("resp_1", "call_1", "stock");
  c.lose_model();
  c.pass(2s);

  ASSERT_EQ(c.sent("response.create", 1).size(), 1u);
  EXPECT_THAT(c.sent("response.create", 1)[0], HasSubstr("LK1"));
  EXPECT_TRUE(c.got("response.done").empty());
}

TEST(SessionLosses, SendTheCallersCreateOutsideTheConversationAgain) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"response.create","event_id":"mine","response":{"conversation":"none"}})");
  c.lose_model();
  c.pass(2s);

  ASSERT_EQ(c.sent("response.create", 1).size(), 1u);
  EXPECT_THAT(c.sent("response.create", 1)[0], HasSubstr(R"("event_id":"mine")"));
}

TEST(SessionLosses, NameTheEventsThatDoNotFitAndKeepTheCreate) {
  Conversation c({make_tool("stock")});
  c.lose_model();
  for (int i = 0; i < 70; ++i) c.caller_says(item("i" + std::to_string(i), "system", "s"));
  c.caller_says(R"({"type":"response.create","event_id":"late"})");
  c.pass(2s);

  ASSERT_EQ(c.got("error").size(), 6u);
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":"e_i64")"));
  ASSERT_EQ(c.sent("response.create").size(), 1u);
  EXPECT_THAT(c.sent("response.create")[0], HasSubstr("late"));
}

TEST(SessionLosses, TellTheNewModelWhatWasDoneAndNameWhatIsTooLong) {
  Conversation c({make_tool("stock"), make_tool("catalogue")});
  c.w.scripts["catalogue"].data = json::object{{"all", std::string(9000, 'x')}};
  c.response_created("resp_1");
  c.call("resp_1", "call_first_1", "stock", R"({"item":"rose"})");
  c.call("resp_1", "call_second_1", "catalogue");
  c.response_done("resp_1");
  c.lose_model();
  c.pass(2s);

  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr("The result of the earlier call of stock is"));
  EXPECT_THAT(told[0], HasSubstr("rose"));
  EXPECT_THAT(told[0], HasSubstr(R"(\"done\":true)"));
  EXPECT_THAT(told[1], HasSubstr("handle call_second_1; call catalogue again"));
  EXPECT_LT(told[1].size(), 600u);
}

TEST(SessionLosses, DoNotBringBackWhatTheCallerCancelledMeanwhile) {
  Conversation c({make_tool("stock")});
  c.caller_says(R"({"type":"response.create","event_id":"mine"})");
  c.lose_model();
  c.caller_says(R"({"type":"response.cancel"})");
  c.pass(2s);

  EXPECT_TRUE(c.sent("response.create", 1).empty());
  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":"mine")"));
}

TEST(SessionLosses, TellTheNewModelTheClientsOwnItemsWithoutThoseItTookAway) {
  Conversation c({make_tool("stock")});
  c.accept_updates(1);
  c.caller_says(item("item_1", "system", "CONTEXT"));
  c.caller_says(item("item_2", "user", "SECRET"));
  c.caller_says(item("item_3", "assistant", "SAID"));
  c.model_says(
      R"({"type":"input_audio_buffer.committed","previous_item_id":"item_3","item_id":"item_4"})");
  c.model_says(
      R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"item_4","transcript":"SPOKEN"})");
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"UNNAMED"}]}})");
  c.model_says(
      R"({"type":"conversation.item.added","previous_item_id":"item_4","item":{"id":"item_5","type":"message","role":"user","content":[{"type":"input_text","text":"UNNAMED"}]}})");
  c.caller_says(R"({"type":"conversation.item.delete","item_id":"item_2"})");
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"UNNAMED"}]}})");
  c.model_says(
      R"({"type":"conversation.item.done","previous_item_id":"item_4","item":{"id":"item_5","type":"message","role":"user","content":[{"type":"input_text","text":"UNNAMED"}]}})");
  c.model_says(R"({"type":"conversation.item.deleted","item_id":"item_4"})");
  c.model_says(R"({"type":"conversation.item.deleted","item_id":"item_5"})");
  c.lose_model();
  c.pass(2s);

  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_THAT(told[0], HasSubstr("CONTEXT"));
  EXPECT_THAT(told[0], HasSubstr("system"));
  EXPECT_THAT(told[1], HasSubstr("SAID"));
  EXPECT_THAT(told[2], HasSubstr("UNNAMED"));  // of two alike, the one that was not taken away
}

TEST(SessionLosses, TellTheNewModelWhatTheClientsOwnToolHadAnswered) {
  Conversation c({make_tool("stock")});
  c.accept_updates(1);
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"lamp"}]}})");
  c.accept_updates(1);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.response_done("resp_1");
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"the lamp is on"}})");
  c.lose_model();
  c.pass(2s);

  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("the lamp is on"));
}

TEST(SessionLosses, TellItemsUnderTheIdsThatTheCallerKnowsAndNotToTheCaller) {
  Conversation c({make_tool("stock")});
  c.accept_updates(1);
  c.caller_says(item("item_1", "user", "HELLO"));
  c.response_created("resp_1");
  c.model_says(
      R"({"type":"response.output_text.done","response_id":"resp_1","item_id":"item_2","text":"SAID"})");
  c.response_done("resp_1");
  c.lose_model();
  c.pass(2s);
  const auto before = c.caller->got.size();
  for (const std::string kind : {"added", "done"}) {
    c.model_says(R"({"type":"conversation.item.)" + kind +
                 R"(","previous_item_id":null,"item":{"id":"item_1","type":"message",)" +
                 R"("role":"user","content":[{"type":"input_text","text":"HELLO"}]}})");
  }
  const auto after = c.caller->got.size();
  c.caller_says(R"({"type":"conversation.item.retrieve","item_id":"item_1"})");
  c.model_says(
      R"({"type":"conversation.item.retrieved","item":{"id":"item_1","type":"message","role":"user","content":[]}})");

  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr(R"("id":"item_1")"));
  EXPECT_THAT(told[1], HasSubstr(R"("id":"item_2")"));
  EXPECT_EQ(before, after);
  EXPECT_EQ(c.sent("conversation.item.retrieve", 1).size(), 1u);
  EXPECT_EQ(c.got("conversation.item.retrieved").size(), 1u);
}

TEST(SessionLosses, TellWhatOurToolsHaveDoneAlready) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.response_created("resp_2");
  for (int i = 0; i < 2; ++i) {
    c.lose_model();
    c.pass(4s);
  }

  ASSERT_EQ(c.models.size(), 3u);
  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  for (const std::size_t model : {1, 2}) {
    const auto told = c.sent("conversation.item.create", model);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_THAT(told[0], HasSubstr("The result of the earlier call of stock is"));
  }
}

TEST(SessionLosses, TellEachThingOnceThoughTheNextConnectionBreaksAsWell) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  Conversation c({write});
  c.w.scripts["book"].takes = 1s;
  c.accept_updates(1);
  c.caller_says(item("item_1", "user", "BEFORE"));
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");
  c.models.back()->is_broken = true;
  c.caller_says(item("item_2", "user", "WINDOW"));
  c.is_born_broken = true;
  c.opening_takes = 2s;
  c.lose_model();
  c.caller_says(item("item_3", "user", "MEANWHILE"));
  c.pass(4s);
  ASSERT_EQ(c.models.size(), 2u);
  c.is_born_broken = false;
  c.lose_model();
  c.pass(6s);

  ASSERT_EQ(c.models.size(), 3u);
  std::string told;
  for (const auto& event : c.sent("conversation.item.create", 2)) told += event;
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = told.find(what); at != told.npos; at = told.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("BEFORE"), 1u);
  EXPECT_EQ(count("WINDOW"), 1u);
  EXPECT_EQ(count("MEANWHILE"), 1u);
  EXPECT_EQ(count("The result of the earlier call of book is"), 1u);
  EXPECT_EQ(c.sent("response.create", 2).size(), 1u);
}

TEST(SessionEnd, AnswersTheCallsThatStillRun) {
  auto write = make_tool("book");
  write.access = registry::Access::write;
  Conversation c({make_tool("stock"), write});
  c.w.scripts["stock"].takes = 5s;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.call("resp_1", "call_2", "book");
  c.hang_up();

  const auto outputs = c.sent("conversation.item.create");
  ASSERT_EQ(outputs.size(), 2u);
  for (const auto& output : outputs) EXPECT_THAT(output, HasSubstr("CANCELLED"));
  EXPECT_TRUE(c.ended);
  EXPECT_TRUE(c.models[0]->is_closed);
}

}  // namespace
}  // namespace callosum::session
