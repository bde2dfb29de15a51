// What becomes of our calls when the model takes them back, and of a conversation that another
// connection takes up.
#include <gtest/gtest.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::make_tool;

constexpr const char* kWithdrawn =
    R"({"type":"callosum.function_calls.withdrawn","call_ids":["call_1","call_9"]})";

registry::ToolSpec make_write(registry::OnInterrupt on_interrupt) {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.on_interrupt = on_interrupt;
  return tool;
}

TEST(WithdrawnCalls, OfReadsAreCutAndGetNoOutput) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  c.model_says(kWithdrawn);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["stock"].finished, 0);
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
  EXPECT_TRUE(c.sent("response.create").empty());
  EXPECT_FALSE(c.caller_saw("withdrawn"));
}

TEST(WithdrawnCalls, LeaveTheOthersOfTheirResponseToBeAnswered) {
  Conversation c({make_tool("stock"), make_tool("hours")});
  c.w.scripts["stock"].takes = 600ms;
  c.w.scripts["hours"].takes = 900ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.call("resp_1", "call_2", "hours");
  c.response_done("resp_1");

  c.model_says(kWithdrawn);
  c.pass(20s);

  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("call_2"), std::string::npos);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(WithdrawnCalls, OfAWriteThatIsCommittedAreToldOfInText) {
  Conversation c({make_write(registry::OnInterrupt::commit)});
  c.w.scripts["book"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");

  c.model_says(kWithdrawn);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].finished, 1);
  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("The result of the earlier call of book"),
            std::string::npos);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(WithdrawnCalls, OfAToolThatFinishesSilentlyAreNotToldOf) {
  Conversation c({make_write(registry::OnInterrupt::finish)});
  c.w.scripts["book"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");

  c.model_says(kWithdrawn);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].finished, 1);
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(WithdrawnCalls, ThatHaveNotBegunNeverDo) {
  Conversation c({make_write(registry::OnInterrupt::commit)});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");

  c.model_says(kWithdrawn);
  c.response_done("resp_1");
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].runs, 0);
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
}

TEST(WithdrawnCalls, AreAWordOfThoseProvidersAloneThatTakeCallsBack) {
  Conversation c({make_tool("stock")});
  c.models.back()->withdraws_calls = false;
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  c.model_says(kWithdrawn);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["stock"].finished, 1);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_FALSE(c.caller_saw("withdrawn"));
}

TEST(TakenUp, AConversationIsNotToldAgain) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "Good day.");
  c.response_done("resp_1");
  c.models.back()->resumption = "handle-7";

  c.lose_model();
  c.pass(5s);

  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_EQ(c.models[1]->resumed_by, "handle-7");
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
}

TEST(TakenUp, NothingIsWhereTheConnectionLeftNothing) {
  Conversation c({make_tool("stock")});
  c.response_created("resp_1");
  c.message("resp_1", "Good day.");
  c.response_done("resp_1");

  c.lose_model();
  c.pass(5s);

  ASSERT_EQ(c.models.size(), 2u);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
}

}  // namespace
}  // namespace callosum::session
