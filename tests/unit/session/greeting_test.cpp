// A session that begins with words of its own.
#include <gmock/gmock.h>

#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using testing::Conversation;
using ::testing::HasSubstr;

constexpr const char* kCallersUpdate =
    R"({"type":"session.update","session":{"type":"realtime","audio":{"output":)"
    R"({"format":{"type":"audio/pcmu"}}}}})";

SessionStart with_greeting() {
  SessionStart start;
  start.greeting = "Hello, this is Bella's.";
  return start;
}

TEST(SessionGreeting, IsSpokenOnceTheCallersSettingsAreInForce) {
  Conversation c({}, with_greeting());
  c.accept_updates(1);
  EXPECT_TRUE(c.sent("response.create").empty());
  c.caller_says(kCallersUpdate);
  EXPECT_TRUE(c.sent("response.create").empty());

  c.accept_updates(1);

  const auto creates = c.sent("response.create");
  ASSERT_EQ(creates.size(), 1u);
  EXPECT_THAT(creates[0], HasSubstr("Hello, this is Bella's."));
  EXPECT_THAT(creates[0], HasSubstr(R"("conversation":"none")"));
  c.caller_says(kCallersUpdate);
  c.accept_updates(1);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

TEST(SessionGreeting, IsKnownToTheModelAndToTheNextOne) {
  Conversation c({}, with_greeting());
  c.accept_updates(1);
  c.caller_says(kCallersUpdate);
  c.accept_updates(1);
  const auto items = c.sent("conversation.item.create");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0], HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(items[0], HasSubstr("Hello, this is Bella's."));
}

TEST(SessionGreeting, IsNoneWhereNoneIsWritten) {
  Conversation c({});
  c.accept_updates(1);
  c.caller_says(kCallersUpdate);
  c.accept_updates(1);
  EXPECT_TRUE(c.sent("response.create").empty());
  EXPECT_TRUE(c.sent("conversation.item.create").empty());
}

}  // namespace
}  // namespace callosum::session
