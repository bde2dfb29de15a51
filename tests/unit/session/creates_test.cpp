// Who may ask the model for a response, when, and with what: the caller's creates and ours.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

const std::string kCreate = R"({"type":"response.create"})";
const std::string kCancel = R"({"type":"response.cancel"})";
const std::string kHello =
    R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}})";

/// A create of the caller's under a name.
std::string create(const std::string& name, const std::string& response = "{}") {
  return R"({"type":"response.create","event_id":")" + name + R"(","response":)" + response + "}";
}

json::object last_create(const Conversation& c) {
  const auto event = parse_strict(c.sent("response.create").back()).value().as_object();
  const auto* response = find_object(event, "response");
  json::object out;
  if (response) out = *response;
  return out;
}

void out_of_band_created(Conversation& c, const std::string& id) {
  c.model_says(R"({"type":"response.created","response":{"id":")" + id +
               R"(","status":"in_progress","conversation_id":null,"output":[]}})");
}

/// The model answers each response of ours with the next call.
void play_loop(Conversation& c, int rounds, const std::string& tool = "stock") {
  for (int i = 0; i < rounds; ++i) {
    const auto n = std::to_string(i);
    const auto before = c.sent("response.create").size();
    c.response_created("loop_" + n);
    c.call("loop_" + n, "loop_call_" + n, tool, R"({"n":)" + n + "}");
    c.response_done("loop_" + n);
    if (c.sent("response.create").size() == before) return;
  }
}

TEST(FollowUps, OfOneTurnHaveAnEndThatTheCallerSees) {
  Conversation c({make_tool("stock")});
  c.caller_says(kHello);
  play_loop(c, 40);

  EXPECT_EQ(c.sent("response.create").size(), 8u);
  EXPECT_EQ(c.got("response.created").size(), 1u);
  EXPECT_EQ(c.got("response.done").size(), 1u);

  c.caller_says(kHello);
  c.response_created("resp_next");
  c.call("resp_next", "call_next", "stock");
  c.response_done("resp_next");
  EXPECT_EQ(c.sent("response.create").size(), 9u);
}

TEST(FollowUps, OfOneTurnAreAsManyAsTheSessionMayHave) {
  Conversation three({make_tool("stock")}, {.max_follow_ups = 3});
  three.caller_says(kHello);
  play_loop(three, 40);
  EXPECT_EQ(three.sent("response.create").size(), 3u);

  Conversation any({make_tool("stock")}, {.max_follow_ups = 0});
  any.caller_says(kHello);
  play_loop(any, 40);
  EXPECT_EQ(any.sent("response.create").size(), 40u);
}

TEST(FollowUps, OfACallersOwnCreateAreItsOwn) {
  Conversation c({make_tool("stock")});
  play_loop(c, 40);
  const auto before = c.sent("response.create").size();

  c.caller_says(kCreate);
  c.response_created("resp_2");
  c.call("resp_2", "call_2", "stock");
  c.response_done("resp_2");

  EXPECT_EQ(c.sent("response.create").size(), before + 2);
}

TEST(FollowUps, OfATurnWithoutBudgetMayCallNoMore) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].error = fail(ErrorType::budget_exceeded, "no calls left");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  EXPECT_EQ(last_create(c).at("tool_choice"), "none");
}

TEST(FollowUps, OfATurnWhereOneOfTwoCallsWasAnsweredMayCall) {
  Conversation c({make_tool("stock"), make_tool("hours")});
  c.w.scripts["stock"].error = fail(ErrorType::budget_exceeded, "no calls left");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.call("resp_1", "call_2", "hours");
  c.response_done("resp_1");

  EXPECT_FALSE(last_create(c).contains("tool_choice"));
}

TEST(FollowUps, KeepWhatTheCallerAskedOfTheResponse) {
  Conversation c({make_tool("stock")});
  c.caller_says(create(
      "mine",
      R"({"output_modalities":["text"],"instructions":"In French.","max_output_tokens":333,"tool_choice":"required","audio":{"output":{"voice":"cedar"}},"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"tools":[{"type":"function","name":"lamp"}]})"));
  for (const std::string id : {"resp_1", "resp_2"}) {
    c.response_created(id);
    c.call(id, "call_" + id, "stock");
    c.response_done(id);
  }

  ASSERT_EQ(c.sent("response.create").size(), 3u);
  const auto response = last_create(c);
  EXPECT_EQ(response.at("output_modalities").as_array().at(0), "text");
  EXPECT_EQ(response.at("instructions"), "PROMPT\n\nIn French.");
  EXPECT_EQ(response.at("max_output_tokens"), 333);
  EXPECT_EQ(response.at("tool_choice"), "auto");
  EXPECT_EQ(response.at("audio").at("output").at("voice"), "cedar");
  EXPECT_EQ(response.at("tools").as_array().size(), 2u);
  EXPECT_FALSE(response.contains("input"));
}

TEST(FollowUps, KeepNothingOfAnEarlierResponse) {
  Conversation c({make_tool("stock")});
  c.caller_says(create("mine", R"({"max_output_tokens":333})"));
  c.response_created("resp_1");
  c.response_done("resp_1");
  c.response_created("resp_2");  // the model's own, after speech
  c.call("resp_2", "call_2", "stock");
  c.response_done("resp_2");

  ASSERT_EQ(c.sent("response.create").size(), 2u);
  EXPECT_FALSE(last_create(c).contains("max_output_tokens"));
}

TEST(FollowUps, KeepNothingThatIsTooLarge) {
  Conversation c({make_tool("stock")});
  c.caller_says(create("mine", R"({"instructions":")" + std::string(70000, 'x') + R"("})"));
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  ASSERT_EQ(c.sent("response.create").size(), 2u);
  EXPECT_LT(c.sent("response.create")[1].size(), 1000u);
}

TEST(FollowUps, AreNotForcedToCallWhereTheSessionForcesCalls) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","tool_choice":"required"}})");
  c.accept_updates(2);
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  EXPECT_EQ(last_create(c).at("tool_choice"), "auto");
}

TEST(CallerCancel, EndsAFollowUpThatIsOnItsWay) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  ASSERT_EQ(c.sent("response.create").size(), 1u);

  c.caller_says(kCancel);
  EXPECT_TRUE(c.sent("response.cancel").empty());  // the model does not know it yet
  c.caller_says(create("next"));
  c.response_created("resp_2");
  ASSERT_EQ(c.sent("response.cancel").size(), 1u);
  EXPECT_THAT(c.sent("response.cancel")[0], HasSubstr(R"("response_id":"resp_2")"));
  c.call("resp_2", "call_2", "stock");  // it had begun
  c.response_done("resp_2", "cancelled");

  ASSERT_EQ(c.got("response.done").size(), 1u);
  EXPECT_THAT(c.got("response.done")[0], HasSubstr("cancelled"));
  EXPECT_TRUE(c.got("error").empty());
  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  ASSERT_EQ(c.sent("response.create").size(), 2u);
  EXPECT_THAT(c.sent("response.create")[1], HasSubstr(R"("event_id":"next")"));
}

TEST(CallerCancel, OfAFollowUpThatNeverComesIsToldAndLeavesTheConversationFree) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(kCancel);
  c.caller_says(kCreate);

  c.pass(3s);

  EXPECT_EQ(c.sent("response.create").size(), 2u);
}

TEST(CallerCancel, ThatComesTooLateForAFollowUpIsStillOne) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(kCancel);
  c.caller_says(create("next"));
  c.response_created("resp_2");
  c.call("resp_2", "call_2", "stock");
  c.response_done("resp_2");

  EXPECT_EQ(c.w.scripts["stock"].runs, 1);
  ASSERT_EQ(c.got("response.done").size(), 1u);
  EXPECT_THAT(c.got("response.done")[0], HasSubstr(R"("status":"cancelled")"));
  ASSERT_EQ(c.sent("response.create").size(), 2u);
  EXPECT_THAT(c.sent("response.create")[1], HasSubstr(R"("event_id":"next")"));
}

TEST(CallerCancel, DoesNotEndTheAnswerToWhatIsSaidAfterIt) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(kCancel);
  c.model_says(R"({"type":"input_audio_buffer.speech_started","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_u"})");
  c.response_created("resp_2");

  EXPECT_TRUE(c.sent("response.cancel").empty());
}

TEST(CallerCancel, OfAnotherResponseLeavesOurCallsAlone) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(R"({"type":"response.create","response":{"conversation":"none"}})");
  out_of_band_created(c, "resp_o");

  c.caller_says(R"({"type":"response.cancel","response_id":"resp_o"})");
  c.caller_says(R"({"type":"response.cancel","response_id":"resp_unknown"})");
  c.pass(2s);

  EXPECT_EQ(c.w.scripts["stock"].finished, 1);
  EXPECT_EQ(c.sent("response.cancel").size(), 2u);
  EXPECT_EQ(c.sent("response.create").size(), 2u);
}

TEST(CallerCancel, ShowsAHiddenResponseAsCancelled) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  c.caller_says(kCancel);

  ASSERT_EQ(c.got("response.done").size(), 1u);
  EXPECT_THAT(c.got("response.done")[0], HasSubstr(R"("status":"cancelled")"));
  EXPECT_THAT(c.got("response.done")[0], HasSubstr(R"("reason":"client_cancelled")"));
  EXPECT_TRUE(c.sent("response.cancel").empty());
}

TEST(CallersCreate, OutsideTheConversationIsToldOfItsRefusal) {
  Conversation c({make_tool("stock")});
  c.caller_says(R"({"type":"response.create","response":{"conversation":"none"}})");
  c.refuse_last("response.create", "invalid_value", "response.max_output_tokens");

  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":null}})"));
  EXPECT_THAT(c.got("error")[0], HasSubstr("response.max_output_tokens"));
}

TEST(CallersCreate, IsRefusedWhileAnotherOneIsHeld) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 500ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(create("first"));
  c.caller_says(create("second"));
  c.pass(1s);

  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_THAT(c.got("error")[0], HasSubstr("conversation_already_has_active_response"));
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":"second")"));
  EXPECT_THAT(c.got("error")[0], Not(HasSubstr("resp_1")));
  ASSERT_EQ(c.sent("response.create").size(), 1u);
  EXPECT_THAT(c.sent("response.create")[0], HasSubstr(R"("event_id":"first")"));
}

TEST(CallersCreate, ThatTakesTheTurnOfAFollowUpEndsTheResponseBeforeIt) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 500ms;
  c.caller_says(create("first"));
  c.response_created("resp_1", R"({"n":"1"})");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(create("second"));
  c.pass(1s);
  c.response_created("resp_2");
  c.message("resp_2", "Three.");
  c.response_done("resp_2");

  EXPECT_EQ(c.got("response.created").size(), 2u);
  EXPECT_EQ(c.got("response.done").size(), 2u);
}

TEST(CallersCreate, ThatIsCancelledWhileItIsHeldIsAnswered) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 500ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(create("held"));
  c.caller_says(kCancel);
  c.pass(1s);

  ASSERT_EQ(c.got("error").size(), 1u);
  EXPECT_THAT(c.got("error")[0], HasSubstr("response_cancelled"));
  EXPECT_THAT(c.got("error")[0], HasSubstr(R"("event_id":"held")"));
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(CallersCreate, IsNotHeldAfterSpeechThatTheModelDoesNotAnswerByItself) {
  auto tool = make_tool("stock");
  tool.on_interrupt = registry::OnInterrupt::finish;
  Conversation c({tool});
  c.caller_says(
      R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad","create_response":false}}}}})");
  c.accept_updates(2);
  c.w.scripts["stock"].takes = 500ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.model_says(R"({"type":"input_audio_buffer.speech_started","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.speech_stopped","item_id":"item_u"})");
  c.model_says(R"({"type":"input_audio_buffer.committed","item_id":"item_u"})");
  c.caller_says(kCreate);
  c.pass(600ms);

  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

const std::string kLamp = R"({"tools":[{"type":"function","name":"lamp"}]})";

TEST(CallersTools, OfAResponseAreItsOwnWhateverIsAskedBesides) {
  Conversation c({make_tool("stock")});
  c.caller_says(create("mine", kLamp));
  c.caller_says(create("beside", R"({"conversation":"none"})"));
  c.caller_says(create("refused", R"({"tools":[]})"));
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.response_done("resp_1");

  EXPECT_TRUE(c.caller_saw("lamp"));
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
}

TEST(CallersTools, OutsideTheConversationAreNotThoseOfTheConversation) {
  Conversation c({make_tool("stock")});
  c.caller_says(
      create("beside", R"({"conversation":"none","tools":[{"type":"function","name":"lamp"}]})"));
  out_of_band_created(c, "resp_o");
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "lamp");
  c.response_done("resp_1");
  const auto answered = c.sent("conversation.item.create");
  const bool is_seen_inside = c.caller_saw("call_1");
  c.call("resp_o", "call_2", "lamp");

  ASSERT_EQ(answered.size(), 1u);
  EXPECT_THAT(answered[0], HasSubstr("NOT_FOUND"));
  EXPECT_FALSE(is_seen_inside);
  EXPECT_TRUE(c.caller_saw("call_2"));
}

}  // namespace
}  // namespace callosum::session
