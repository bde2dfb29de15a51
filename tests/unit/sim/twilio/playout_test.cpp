#include "sim/twilio/playout.hpp"

#include <gtest/gtest.h>

namespace callosum::sim::twilio {
namespace {

using Names = std::vector<std::string>;

TEST(TwilioPlayout, EchoesAMarkWhenAllBeforeItWasPlayed) {
  Playout playout;
  playout.push(std::vector<std::uint8_t>(200, 1));
  const bool is_at_once = playout.mark("a");
  playout.push(std::vector<std::uint8_t>(120, 2));
  playout.mark("b");

  const auto first = playout.tick();
  const auto second = playout.tick();
  const auto third = playout.tick();

  EXPECT_FALSE(is_at_once);
  EXPECT_EQ(first.sound.size(), 160u);
  EXPECT_EQ(first.marks, Names());
  EXPECT_EQ(second.marks, (Names{"a", "b"}));
  EXPECT_EQ(second.sound.back(), 2);
  EXPECT_TRUE(third.sound.empty());
}

TEST(TwilioPlayout, EchoesAMarkAtOnceWhereNothingWaits) {
  Playout playout;

  EXPECT_TRUE(playout.mark("a"));
  EXPECT_EQ(playout.tick().marks, Names());
}

TEST(TwilioPlayout, ReturnsEveryMarkOnClear) {
  Playout playout;
  playout.push(std::vector<std::uint8_t>(480, 1));
  playout.mark("a");
  playout.push(std::vector<std::uint8_t>(160, 1));
  playout.mark("b");
  playout.tick();

  EXPECT_EQ(playout.clear(), (Names{"a", "b"}));
  EXPECT_EQ(playout.queued_bytes(), 0u);
  EXPECT_TRUE(playout.tick().sound.empty());
  EXPECT_TRUE(playout.mark("c"));
}

}  // namespace
}  // namespace callosum::sim::twilio
