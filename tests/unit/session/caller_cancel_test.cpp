// What becomes of our calls when the caller's program cancels.
#include <gtest/gtest.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using testing::make_tool;

constexpr const char* kCancel = R"({"type":"response.cancel"})";

registry::ToolSpec make_write(registry::OnInterrupt on_interrupt) {
  auto tool = make_tool("book");
  tool.access = registry::Access::write;
  tool.on_interrupt = on_interrupt;
  return tool;
}

TEST(CallerCancel, GivesUpAReadOfWhichNothingIsSaid) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");

  c.caller_says(kCancel);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["stock"].finished, 0);
  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("CANCELLED"), std::string::npos);
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(CallerCancel, LetsTheNextTurnSpeakOfItsOwnCalls) {
  Conversation c({make_tool("stock")});
  c.w.scripts["stock"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "stock");
  c.response_done("resp_1");
  c.caller_says(kCancel);
  c.w.scripts["stock"].takes = 0s;

  c.response_created("resp_2");
  c.call("resp_2", "call_2", "stock");
  c.response_done("resp_2");

  EXPECT_EQ(c.sent("conversation.item.create").size(), 2u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(CallerCancel, LetsAWriteBeDoneAndReported) {
  Conversation c({make_write(registry::OnInterrupt::commit)});
  c.w.scripts["book"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");

  c.caller_says(kCancel);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].finished, 1);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(CallerCancel, LetsAToolFinishSilentlyThatAsksForIt) {
  Conversation c({make_write(registry::OnInterrupt::finish)});
  c.w.scripts["book"].takes = 600ms;
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.response_done("resp_1");

  c.caller_says(kCancel);
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].finished, 1);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_TRUE(c.sent("response.create").empty());
}

TEST(CallerCancel, OfAResponseLeavesItsWriteUndoneAndUnspoken) {
  Conversation c({make_write(registry::OnInterrupt::commit)});
  c.response_created("resp_1");
  c.call("resp_1", "call_1", "book");
  c.caller_says(kCancel);
  c.response_done("resp_1", "cancelled");
  c.pass(20s);

  EXPECT_EQ(c.w.scripts["book"].runs, 0);
  ASSERT_EQ(c.sent("conversation.item.create").size(), 1u);
  EXPECT_NE(c.sent("conversation.item.create")[0].find("CANCELLED"), std::string::npos);
  EXPECT_TRUE(c.sent("response.create").empty());
}

}  // namespace
}  // namespace callosum::session
