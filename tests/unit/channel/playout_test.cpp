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
  playout.add({"item"}, sound(5s));
  const auto first = send_due();
  EXPECT_GE(first.size(), 10u);
  EXPECT_LE(playout.plays_until() - now, 1101ms);
  EXPECT_TRUE(send_due().empty());

  now = playout.next_due();

  EXPECT_EQ(send_due().size(), 1u);
}

TEST_F(PlayoutTest, CutsBase64WithoutLosingAByte) {
  const auto whole = sound(1s);
  playout.add({"item"}, whole);
  std::string joined;
  while (const auto piece = playout.take(now)) joined += piece->payload;
  EXPECT_EQ(joined, whole);
}

TEST_F(PlayoutTest, SaysHowMuchOfWhatWasHeardBetweenMarkAndClock) {
  playout.add({"first"}, sound(300ms));
  playout.add({"second"}, sound(600ms));
  playout.add({"third"}, sound(100ms));
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
  playout.add({"item"}, sound(900ms));
  const auto marks = send_due();
  now += 200ms;
  playout.on_mark(marks.back(), now);  // nobody can have heard that yet, but it says so
  EXPECT_TRUE(playout.clear(now).empty());

  playout.add({"other"}, sound(900ms));
  send_due();
  now += 120ms;
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 120ms);
}

TEST_F(PlayoutTest, CountsNothingBeyondAMarkThatStaysOut) {
  playout.add({"item"}, sound(10s));
  for (int i = 0; i < 40; ++i, now += 100ms) send_due();
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 500ms);
}

TEST_F(PlayoutTest, ForgetsMarksThatCameBackBecauseOfTheClear) {
  playout.add({"item"}, sound(900ms));
  const auto old = send_due();
  now += 100ms;
  playout.clear(now);
  playout.add({"next"}, sound(400ms));
  send_due();

  for (const auto& mark : old) playout.on_mark(mark, now);

  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].heard, 0ms);
}

TEST_F(PlayoutTest, CutsWhatWasNeverSentAtNothing) {
  playout.add({"item"}, sound(1500ms));
  playout.add({"later"}, sound(500ms));
  send_due();
  const auto cuts = playout.clear(now);
  ASSERT_EQ(cuts.size(), 2u);
  EXPECT_EQ(cuts[1].item_id, "later");
  EXPECT_EQ(cuts[1].heard, 0ms);
  EXPECT_TRUE(playout.is_silent(now));
}

TEST_F(PlayoutTest, CutsNothingWhereAllWasHeard) {
  playout.add({"item"}, sound(300ms));
  const auto marks = send_due();
  now += 300ms;
  playout.on_mark(marks.back(), now);
  EXPECT_TRUE(playout.clear(now).empty());
}

TEST_F(PlayoutTest, KeepsFiveMinutesAndDropsTheOldestBeyond) {
  for (int i = 0; i < 310; ++i) playout.add({"item"}, sound(1s));
  EXPECT_GE(playout.dropped_pieces(), 90u);
}

TEST_F(PlayoutTest, SendsWhatComesInCrumbsTogether) {
  playout.add({"item"}, sound(900ms));
  send_due();
  for (int i = 0; i < 800; ++i) playout.add({"item"}, encode_base64(std::vector<std::uint8_t>(2)));
  now += 1s;
  EXPECT_LE(send_due().size(), 3u);
  EXPECT_TRUE(playout.queued_bytes() == 0);
}

TEST_F(PlayoutTest, HoldsACrumbBackWhileThereIsTime) {
  playout.add({"item"}, sound(500ms));
  send_due();
  playout.add({"item"}, sound(2ms));
  send_due();
  EXPECT_EQ(playout.queued_bytes(), 16u);
  now = playout.next_due();
  EXPECT_GT(playout.plays_until(), now);
  EXPECT_EQ(send_due().size(), 1u);
}

TEST_F(PlayoutTest, KeepsSoManyPiecesAndDropsTheOldestBeyond) {
  for (int i = 0; i < 5000; ++i) playout.add({std::to_string(i)}, sound(1ms));
  EXPECT_LE(playout.queued_bytes(), Playout::kMostPieces * 8);
  EXPECT_EQ(playout.dropped_pieces(), 5000 - Playout::kMostPieces);
}

TEST_F(PlayoutTest, ShedsTheOlderHalf) {
  playout.add({"item"}, sound(10s));
  playout.shed();
  EXPECT_LE(playout.queued_bytes(), 40'000u);
  EXPECT_GE(playout.queued_bytes(), 39'000u);
}

TEST_F(PlayoutTest, TakesNothingThatIsNoBase64) {
  EXPECT_FALSE(playout.add({"item"}, R"(AA","event":"stop)"));
  EXPECT_FALSE(playout.add({"item"}, "AAA"));
  EXPECT_FALSE(playout.add({"item"}, ""));
  EXPECT_EQ(playout.dropped_pieces(), 3u);
  EXPECT_TRUE(send_due().empty());
}

}  // namespace
}  // namespace callosum::channel::twilio
