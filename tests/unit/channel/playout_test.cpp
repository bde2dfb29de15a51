#include "channel/twilio/playout.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace callosum::channel::twilio {
namespace {

using namespace std::chrono_literals;

std::string sound(std::chrono::milliseconds span) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(span.count()) * 8, 0x55);
  return encode_base64(bytes);
}

class PlayoutTest : public ::testing::Test {
 protected:
  std::vector<std::string> send_due() {
    std::vector<std::string> marks;
    while (const auto piece = playout.take(now)) marks.push_back(piece->mark);
    return marks;
  }
  Playout playout;
  SteadyTime now{24h};
};

TEST_F(PlayoutTest, SendsASecondAheadOfTheEarAndNoMore) {
  playout.add("item", 0, sound(5s));
  const auto first = send_due();
  EXPECT_GE(first.size(), 10u);
  EXPECT_LE(playout.plays_until() - now, 1101ms);
  EXPECT_TRUE(send_due().empty());

  now = playout.next_due();

  EXPECT_EQ(send_due().size(), 1u);
}

TEST_F(PlayoutTest, CutsBase64WithoutLosingAByte) {
  const auto whole = sound(1s);
  playout.add("item", 0, whole);
  std::string joined;
  while (const auto piece = playout.take(now)) joined += piece->payload;
  EXPECT_EQ(joined, whole);
}

TEST_F(PlayoutTest, SaysHowMuchOfWhatWasHeardBetweenMarkAndClock) {
  playout.add("first", 0, sound(300ms));
  playout.add("second", 0, sound(600ms));
  playout.add("third", 0, sound(100ms));
  const auto marks = send_due();
  now += 350ms;
  playout.on_mark(marks.at(2), now);  // all of the first

  now += 100ms;
  const auto cuts = playout.clear(now);

  ASSERT_EQ(cuts.size(), 2u);
  EXPECT_EQ(cuts[0].item_id, "second");
  EXPECT_EQ(cuts[0].heard, 100ms);  // since the mark; the clock would allow 150
  EXPECT_EQ(cuts[0].made, 600ms);
  EXPECT_EQ(cuts[1].item_id, "third");
  EXPECT_EQ(cuts[1].heard, 0ms);
}

TEST_F(PlayoutTest, NeverCountsMoreThanTimeHasPassed) {
  playout.add("item", 0, sound(900ms));
  const auto marks = send_due();
  now += 200ms;
  playout.on_mark(marks.back(), now);  // nobody can have heard that yet, but it says so
  EXPECT_TRUE(playout.clear(now).empty());

  playout.add("other", 0, sound(900ms));
  send_due();
  now += 120ms;
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 120ms);
}

TEST_F(PlayoutTest, CountsNothingBeyondAMarkThatStaysOut) {
  playout.add("item", 0, sound(10s));
  for (int i = 0; i < 40; ++i, now += 100ms) send_due();
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 500ms);
}

TEST_F(PlayoutTest, ForgetsMarksThatCameBackBecauseOfTheClear) {
  playout.add("item", 0, sound(900ms));
  const auto old = send_due();
  now += 100ms;
  playout.clear(now);
  playout.add("next", 0, sound(400ms));
  send_due();

  for (const auto& mark : old) playout.on_mark(mark, now);

  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 0ms);
}

TEST_F(PlayoutTest, CutsWhatWasNeverSentAtNothing) {
  playout.add("item", 0, sound(1500ms));
  playout.add("later", 0, sound(500ms));
  send_due();
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 2u);
  EXPECT_EQ(cuts[1].item_id, "later");
  EXPECT_EQ(cuts[1].heard, 0ms);
  EXPECT_TRUE(playout.is_silent(now));
}

TEST_F(PlayoutTest, CutsNothingWhereAllWasHeard) {
  playout.add("item", 0, sound(300ms));
  const auto marks = send_due();
  now += 300ms;
  playout.on_mark(marks.back(), now);
  EXPECT_TRUE(playout.clear(now).empty());
}

TEST_F(PlayoutTest, KeepsFiveMinutesAndDropsTheOldestBeyond) {
  for (int i = 0; i < 310; ++i) playout.add("item", 0, sound(1s));
  EXPECT_GE(playout.dropped_pieces(), 90u);
}

}  // namespace
}  // namespace callosum::channel::twilio
