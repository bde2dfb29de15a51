// The provider's cap of an hour: the connection is replaced before, in an idle moment.
#include <gtest/gtest.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::make_tool;

constexpr const char* kSpeechStarted =
    R"({"type":"input_audio_buffer.speech_started","item_id":"item_u","audio_start_ms":1})";
constexpr const char* kSpeechStopped =
    R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u","audio_end_ms":9})";
constexpr const char* kAppend = R"({"type":"input_audio_buffer.append","audio":"AAAA"})";

double reconnects(const Conversation& c) {
  const auto page = c.metrics.render();
  const std::string name = "provider_reconnects_total{provider=\"fake\"} ";
  const auto at = page.find(name);
  return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size()));
}

TEST(SessionCap, IsMetByANewConnectionWhileNobodySpeaks) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "Good morning.");
  c.response_done("resp_1");
  c.pass(58min);
  const auto before = c.models.size();

  c.pass(90s);
  c.caller_says(kAppend);
  c.response_created("resp_2");
  c.message("resp_2", "Still there?");
  c.response_done("resp_2");

  EXPECT_EQ(before, 1u);
  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_EQ(c.models[1]->opened_with.at("instructions").as_string(), "PROMPT");
  EXPECT_EQ(c.sent("conversation.item.create", 1).size(), 1u);  // what was said
  EXPECT_EQ(c.sent("input_audio_buffer.append", 1).size(), 1u);
  EXPECT_TRUE(c.caller_saw("Still there?"));
  EXPECT_FALSE(c.caller_saw("failed"));
  EXPECT_FALSE(c.ended);
  EXPECT_EQ(reconnects(c), 1);
}

TEST(SessionCap, OfTheNewConnectionIsMetInItsTurn) {
  Conversation c({make_tool("stock")});

  c.pass(119min);

  EXPECT_EQ(c.models.size(), 3u);
  EXPECT_FALSE(c.ended);
}

/// Its responses may be silent for as long as a test likes.
SessionStart patient() {
  SessionStart start;
  start.models.emplace_back().patience = 0ms;
  return start;
}

TEST(SessionCap, WaitsForTheEndOfWhatIsSaid) {
  Conversation c({make_tool("stock")}, patient());
  c.pass(58min);
  c.response_created("resp_1");
  c.pass(90s);
  const auto while_speaking = c.models.size();

  c.message("resp_1", "As I was saying.");
  c.response_done("resp_1");
  c.pass(2s);

  EXPECT_EQ(while_speaking, 1u);
  EXPECT_EQ(c.models.size(), 2u);
  EXPECT_TRUE(c.caller_saw("As I was saying."));
}

TEST(SessionCap, WaitsForTheCallerToFinishAndToBeAnswered) {
  Conversation c({make_tool("stock")});
  c.pass(58min);
  c.model_says(kSpeechStarted);
  c.pass(70s);
  const auto while_speaking = c.models.size();
  c.model_says(kSpeechStopped);
  c.pass(2s);
  const auto while_waiting = c.models.size();
  c.response_created("resp_1");
  c.response_done("resp_1");
  c.pass(2s);

  EXPECT_EQ(while_speaking, 1u);
  EXPECT_EQ(while_waiting, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, WaitsForARunningToolAndItsAnswer) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 1500ms;
  c.pass(58min + 59s);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.pass(1200ms);
  const auto while_running = c.models.size();
  c.pass(1s);
  c.response_created("resp_2");
  c.response_done("resp_2");
  c.pass(2s);

  EXPECT_EQ(while_running, 1u);
  EXPECT_EQ(c.sent("conversation.item.create", 0).size(), 1u);  // the output, where it was asked
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, WaitsForAResponseOutsideTheConversation) {
  Conversation c({make_tool("stock")});
  c.pass(58min);
  c.caller_says(R"({"type":"response.create","response":{"conversation":"none"}})");
  c.model_says(
      R"({"type":"response.created","response":{"id":"resp_o","status":"in_progress","conversation_id":null,"output":[]}})");
  c.pass(90s);
  const auto while_open = c.models.size();

  c.model_says(
      R"({"type":"response.done","response":{"id":"resp_o","status":"completed","conversation_id":null,"output":[]}})");
  c.pass(2s);

  EXPECT_EQ(while_open, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, WaitsForTheCallersOwnTool) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"lamp"}]}})");
  c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.response_done("resp_1");
  c.pass(59min + 10s);
  const auto while_open = c.models.size();

  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"on"}})");
  c.pass(2s);

  EXPECT_EQ(while_open, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, WaitsForWhatAPushToTalkCallerHasNotCommitted) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}})");
  c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  c.caller_says(kAppend);
  c.pass(59min + 10s);
  const auto while_talking = c.models.size();

  c.caller_says(R"({"type":"input_audio_buffer.clear"})");
  c.model_says(R"({"type":"input_audio_buffer.cleared"})");
  c.pass(2s);

  EXPECT_EQ(while_talking, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, LeavesTheOldConnectionWhereSomebodySpeaksMeanwhile) {
  Conversation c({make_tool("stock")});
  c.opening_takes = 800ms;
  c.pass(59min + 500ms);
  ASSERT_EQ(c.models.size(), 2u);
  auto new_one = c.models.back();
  c.models.pop_back();
  c.model_says(kSpeechStarted);
  c.pass(1s);
  c.caller_says(kAppend);

  EXPECT_TRUE(new_one->is_closed);
  EXPECT_FALSE(c.models[0]->is_closed);
  EXPECT_EQ(c.sent("input_audio_buffer.append", 0).size(), 1u);

  c.model_says(kSpeechStopped);
  c.pass(12s);
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, LeavesTheOldConnectionWhereNoNewOneIsToBeHadAndTriesAgain) {
  Conversation c({make_tool("stock")});
  c.refusals_left = 2;

  c.pass(59min + 3s);
  const bool is_old_there = !c.models[0]->is_closed;
  c.pass(12s);

  EXPECT_TRUE(is_old_there);
  EXPECT_EQ(c.models.size(), 4u);
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_FALSE(c.ended);
}

TEST(SessionCap, ThatFindsNoIdleMomentIsMetAsALoss) {
  Conversation c({make_tool("stock")}, patient());
  c.pass(58min);
  c.response_created("resp_1");
  c.message("resp_1", "And so on");
  c.pass(2min);

  c.lose_model();
  c.pass(2s);

  EXPECT_EQ(c.models.size(), 2u);
  EXPECT_EQ(c.got("response.done").size(), 1u);
  EXPECT_FALSE(c.ended);
}

TEST(SessionCap, IsTheProvidersOwnWhereThatIsSooner) {
  Conversation c({make_tool("stock")});
  const auto expires =
      epoch_s(c.w.world.time().wall_now() + std::chrono::duration_cast<WallTime::duration>(10min));
  c.model_says(R"({"type":"session.created","session":{"id":"s","expires_at":)" +
               std::to_string(expires) + "}}");
  c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  c.pass(8min);
  const auto before = c.models.size();

  c.pass(70s);

  EXPECT_EQ(before, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionCap, IsNotBelievedWhereAClockIsWrong) {
  for (const std::string expires_at : {"0", "-1", "1", "9223372036854775807", "\"soon\""}) {
    Conversation c({make_tool("stock")});
    c.model_says(R"({"type":"session.created","session":{"id":"s","expires_at":)" + expires_at +
                 "}}");
    c.model_says(R"({"type":"session.updated","session":{"id":"s"}})");

    c.pass(10min);

    EXPECT_EQ(c.models.size(), 1u) << expires_at;
  }
}

TEST(SessionCap, DoesNotOutliveItsSession) {
  Conversation c({make_tool("stock")});
  c.opening_takes = 5s;
  c.pass(59min + 1s);

  c.hang_up();
  c.pass(1s);

  EXPECT_TRUE(c.ended);
  EXPECT_FALSE(c.failure);
}

registry::ToolSpec slow_write() {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.on_interrupt = registry::OnInterrupt::commit;
  tool.timeout = 90s;
  return tool;
}

TEST(SessionCap, DoesNotWaitForACallThatOutlivesTheConnection) {
  Conversation c({slow_write()}, patient());
  c.w.scripts["book"].takes = 25s;
  c.pass(58min + 50s);
  c.response_created("resp_1");
  c.pass(35s);
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");
  c.pass(10s);
  const auto with_time_left = c.models.size();
  c.pass(10s);
  const auto in_a_hurry = c.models.size();
  c.pass(30s);

  EXPECT_EQ(with_time_left, 1u);
  EXPECT_EQ(in_a_hurry, 2u);
  EXPECT_EQ(c.w.scripts["book"].runs, 1);
  EXPECT_TRUE(c.sent("conversation.item.create", 0).empty());
  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("has not ended yet"), std::string::npos);
  EXPECT_NE(told[1].find("The result of the earlier call of book is"), std::string::npos);
  EXPECT_EQ(c.sent("response.create", 1).size(), 1u);
  EXPECT_FALSE(c.ended);
}

TEST(SessionCap, IsTheOperatorsWhereItIsConfigured) {
  SessionStart start;
  start.models.emplace_back().cap = 40s;
  Conversation c({make_tool("stock")}, start);
  c.pass(29s);
  const auto before = c.models.size();
  c.pass(2s);

  EXPECT_EQ(before, 1u);
  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionResumption, IsTriedWhereTheProviderKeepsTheConversation) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "KEPT");
  c.models[0]->resumption = "handle_1";
  c.response_done("resp_1");
  c.caller_says(
      R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"SINCE"}]}})");
  c.lose_model();
  c.pass(1s);

  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_EQ(c.models[1]->resumed_from, "handle_1");
  const auto told = c.sent("conversation.item.create", 1);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("SINCE"), std::string::npos);
}

TEST(SessionResumption, ThatIsRefusedGivesWayToAConversationInText) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "KEPT");
  c.models[0]->resumption = "handle_1";
  c.response_done("resp_1");
  c.refusals_left = 1;
  c.lose_model();
  c.pass(1s);

  ASSERT_EQ(c.models.size(), 3u);
  EXPECT_EQ(c.models[1]->resumed_from, "handle_1");
  EXPECT_EQ(c.models[2]->resumed_from, "");
  ASSERT_EQ(c.sent("conversation.item.create", 2).size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create", 2)[0].find("KEPT"), std::string::npos);
}

TEST(SessionResumption, AtTheCapLeavesTheOldConnectionFirst) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.models[0]->resumption = "handle_1";
  c.response_done("resp_1");
  c.opening_takes = 100ms;

  c.pass(59min + 300ms);

  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_EQ(c.models[1]->resumed_from, "handle_1");
  EXPECT_FALSE(c.ended);
}

TEST(SessionSilence, InTheMiddleOfAResponseIsALoss) {
  Conversation c({make_tool("stock")});
  c.caller_says(R"({"type":"response.create","event_id":"mine"})");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.pass(29s);
  const auto before = c.models.size();
  c.pass(2s);

  EXPECT_EQ(before, 1u);
  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_TRUE(c.models[0]->is_closed);
  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  EXPECT_EQ(c.sent("response.create", 1).size(), 1u);
}

TEST(SessionSilence, OfAResponseThatNobodyAskedForIsALossToo) {
  Conversation c({make_tool("stock")});
  c.pass(1min);
  c.response_created("resp_1");
  c.pass(31s);

  EXPECT_EQ(c.models.size(), 2u);
}

TEST(SessionSilence, BetweenResponsesIsNone) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.response_done("resp_1");

  c.pass(5min);

  EXPECT_EQ(c.models.size(), 1u);
}

}  // namespace
}  // namespace callosum::session
