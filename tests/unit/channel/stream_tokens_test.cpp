#include "channel/twilio/stream_tokens.hpp"

#include <gtest/gtest.h>

#include "async/time_source.hpp"

namespace callosum::channel::twilio {
namespace {

using namespace std::chrono_literals;

class StreamTokensTest : public ::testing::Test {
 protected:
  std::string issue(const std::string& call) {
    StreamGrant grant;
    grant.call_sid = call;
    grant.tenant_id = "of " + call;
    const auto token = tokens.issue(std::move(grant));
    return token ? *token : "";
  }
  async::VirtualTime time;
  SeededRandom random{1};
  StreamTokens tokens{time, random};
};

TEST_F(StreamTokensTest, OpenTheirCallOnce) {
  const auto token = issue("a");
  EXPECT_EQ(token.size(), 32u);  // 128 bits

  const auto grant = tokens.redeem(token, "a");

  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->tenant_id, "of a");
  EXPECT_EQ(tokens.redeem(token, "a").error().type, ErrorType::auth);
}

TEST_F(StreamTokensTest, AreGoneOnceTheyWereShownWithAnotherCall) {
  const auto token = issue("a");
  EXPECT_FALSE(tokens.redeem(token, "b"));
  EXPECT_FALSE(tokens.redeem(token, "a"));
}

TEST_F(StreamTokensTest, LiveThirtySeconds) {
  const auto first = issue("a");
  time.advance(29s);
  EXPECT_TRUE(tokens.redeem(first, "a"));
  const auto second = issue("a");
  time.advance(30s);
  EXPECT_FALSE(tokens.redeem(second, "a"));
}

TEST_F(StreamTokensTest, OfOneCallAreOne) {
  const auto first = issue("a");
  const auto second = issue("a");
  EXPECT_FALSE(tokens.redeem(first, "a"));
  EXPECT_TRUE(tokens.redeem(second, "a"));
}

TEST_F(StreamTokensTest, AreBoundedAndTheLateMakeRoom) {
  for (std::size_t i = 0; i < StreamTokens::kMost; ++i) {
    ASSERT_NE(issue(std::to_string(i)), "");
  }
  EXPECT_EQ(issue("one more"), "");
  time.advance(31s);
  EXPECT_NE(issue("one more"), "");
  EXPECT_EQ(tokens.waiting(), 1u);
}

}  // namespace
}  // namespace callosum::channel::twilio
