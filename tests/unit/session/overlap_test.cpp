// Who is heard over a reply: words, and the time that passes.
#include "session/overlap.hpp"

#include <gtest/gtest.h>

#include "session/back_channel.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;

TEST(BackChannel, IsMadeOfWordsThatOnlyShowThatSomebodyListens) {
  for (const auto* words :
       {"mm-hm", "Mm-hmm.", "mhm", "uh-huh", "Uh huh, yeah.", "yeah", "Okay.", "ok", "right",
        "I see", "okay okay", "mmmmmm", "Yeah, sure, got it", "that's right", "sì", "oh okay"}) {
    EXPECT_TRUE(is_back_channel(words)) << words;
  }
}

TEST(BackChannel, IsNothingThatWantsSomething) {
  for (const auto* words :
       {"", "...", "no", "wait", "stop", "no wait", "Thursday", "yeah but on Thursday",
        "okay can you hold on", "right?", "really?", "sorry", "hello", "book it", "not okay",
        "excuse me", "yeah yeah yeah yeah yeah yeah yeah",
        "okay okay okay okay okay okay okay okay okay okay okay okay okay"}) {
    EXPECT_FALSE(is_back_channel(words)) << words;
  }
}

TEST(BackChannel, IsAnAnswerWhereSomethingIsAsked) {
  EXPECT_TRUE(asks_something("We have three o'clock. Shall I book it?"));
  EXPECT_TRUE(asks_something("Please say yes to confirm."));
  EXPECT_FALSE(asks_something("We are open from nine until six."));
  EXPECT_FALSE(asks_something("Yes, we are open on Monday."));
}

const SteadyTime kStart{100s};

Overlap begun() {
  Overlap overlap;
  overlap.since = kStart;
  return overlap;
}

TEST(Overlap, OfSoundAloneInterruptsOnSuspicionAfterItsTime) {
  const auto overlap = begun();

  EXPECT_EQ(judge(overlap, kStart, 0ms), OverlapVerdict::suspected);
  EXPECT_EQ(judge(overlap, kStart + 399ms, 400ms), OverlapVerdict::open);
  EXPECT_EQ(next_judgement(overlap, 400ms), kStart + 400ms);
  EXPECT_EQ(judge(overlap, kStart + 400ms, 400ms), OverlapVerdict::suspected);
}

TEST(Overlap, OfWordsInterruptsAtOnce) {
  auto overlap = begun();
  overlap.words = "no wait";

  EXPECT_EQ(judge(overlap, kStart, 400ms), OverlapVerdict::interrupts);
}

TEST(Overlap, OfABackChannelPassesUnlessItDoesNotEnd) {
  auto overlap = begun();
  overlap.words = "mm-hm";
  EXPECT_EQ(judge(overlap, kStart, 0ms), OverlapVerdict::open);
  EXPECT_EQ(judge(overlap, kStart + 1499ms, 0ms), OverlapVerdict::open);
  EXPECT_EQ(judge(overlap, kStart + 1500ms, 0ms), OverlapVerdict::suspected);

  overlap.stopped_ms = 300;
  EXPECT_EQ(judge(overlap, kStart + 9s, 0ms), OverlapVerdict::open);  // until its words are known
  EXPECT_EQ(next_judgement(overlap, 0ms), SteadyTime::max());
  overlap.has_words = true;
  EXPECT_EQ(judge(overlap, kStart + 9s, 0ms), OverlapVerdict::passes);
}

TEST(Overlap, OfWhoWasJustAskedInterruptsWithAYes) {
  auto overlap = begun();
  overlap.words = "yeah";
  overlap.is_asked = true;

  EXPECT_EQ(judge(overlap, kStart, 400ms), OverlapVerdict::interrupts);
}

TEST(Overlap, WithoutAnyWordsWasNothing) {
  auto overlap = begun();
  overlap.is_told = true;
  EXPECT_EQ(judge(overlap, kStart + 9s, 0ms), OverlapVerdict::open);
  overlap.stopped_ms = 300;
  overlap.has_words = true;

  EXPECT_EQ(judge(overlap, kStart + 9s, 0ms), OverlapVerdict::passes);
}

}  // namespace
}  // namespace callosum::session
