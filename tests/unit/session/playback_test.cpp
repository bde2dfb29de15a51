#include "session/playback.hpp"

#include <gtest/gtest.h>

namespace callosum::session {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr std::size_t kSecond = 48'000;  // bytes

/// Two sentences of two seconds each, sent at once.
Playback two_sentences() {
  Playback playback;
  playback.begin("item_1", 48);
  playback.add_piece("one two three four.");
  playback.add_audio(2 * kSecond, kStart);
  playback.add_piece("five six seven eight.");
  playback.add_audio(2 * kSecond, kStart + 10ms);
  return playback;
}

TEST(Playback, KnowsWhatWasHeardFromTheSoundNotFromWhatWasSent) {
  const auto playback = two_sentences();

  EXPECT_EQ(playback.heard(kStart), "");
  EXPECT_EQ(playback.heard(kStart + 1s), "one two");
  EXPECT_EQ(playback.heard(kStart + 2s), "one two three four.");
  EXPECT_EQ(playback.heard(kStart + 3s), "one two three four. five six");
  EXPECT_EQ(playback.heard(kStart + 4s), "one two three four. five six seven eight.");
  EXPECT_EQ(playback.left(kStart + 3s), 1000ms);
  EXPECT_EQ(playback.left(kStart + 9s), 0ms);
}

TEST(Playback, TakesTheCallersWordForWhatItPlayed) {
  const auto playback = two_sentences();

  EXPECT_EQ(playback.heard_in(0ms), "");
  EXPECT_EQ(playback.heard_in(1500ms), "one two three");
  EXPECT_EQ(playback.heard_in(2s), "one two three four.");
  EXPECT_EQ(playback.heard_in(1h), "one two three four. five six seven eight.");
  EXPECT_EQ(playback.heard_in(-5ms), "");
}

TEST(Playback, WaitsWhereTheSoundRanOut) {
  Playback playback;
  playback.begin("item_1", 48);
  playback.add_piece("one two.");
  playback.add_audio(kSecond, kStart);
  playback.add_piece("three four.");
  playback.add_audio(kSecond, kStart + 5s);

  EXPECT_EQ(playback.heard(kStart + 5s), "one two.");
  EXPECT_EQ(playback.heard(kStart + 6s), "one two. three four.");
}

TEST(Playback, HasNothingHeardOfWordsWithoutSound) {
  Playback playback;
  playback.begin("item_1", 48);
  playback.add_piece("one two.");
  EXPECT_EQ(playback.heard(kStart + 1h), "");

  playback.mark_read();
  EXPECT_EQ(playback.heard(kStart), "one two.");
}

TEST(Playback, ForgetsTheMessageBefore) {
  auto playback = two_sentences();

  playback.begin("item_2", 8);
  playback.add_piece("new.");
  playback.add_audio(8'000, kStart + 1min);

  EXPECT_EQ(playback.item_id(), "item_2");
  EXPECT_EQ(playback.heard(kStart + 62s), "new.");
}

TEST(Playback, IsHeardBehindWhatOfTheMessageBeforeStillPlays) {
  auto playback = two_sentences();  // four seconds

  playback.begin("item_2", 48);
  playback.add_piece("new words.");
  playback.add_audio(kSecond, kStart + 1s);

  EXPECT_EQ(playback.heard(kStart + 3s), "");
  EXPECT_EQ(playback.left(kStart + 3s), 2s);
  EXPECT_EQ(playback.heard(kStart + 5s), "new words.");
}

TEST(Playback, OfWhatWasStoppedNothingMoreIsHeard) {
  auto playback = two_sentences();

  playback.stop(kStart + 1s);

  EXPECT_EQ(playback.left(kStart + 1s), 0s);
  EXPECT_EQ(playback.heard(kStart + 3s), "one two");
  playback.begin("item_2", 48);
  playback.add_piece("new words.");
  playback.add_audio(kSecond, kStart + 1s);
  EXPECT_EQ(playback.heard(kStart + 2s), "new words.");
}

}  // namespace
}  // namespace callosum::session
