#include "session/usual_times.hpp"

#include <gtest/gtest.h>

namespace callosum::session {
namespace {

using namespace std::chrono_literals;

TEST(UsualTimes, AreKnownOnceEnoughCallsAre) {
  UsualTimes times;
  for (int i = 0; i < 7; ++i) times.note("t", "search", 100ms);
  EXPECT_FALSE(times.find("t", "search"));

  times.note("t", "search", 100ms);

  ASSERT_TRUE(times.find("t", "search"));
  EXPECT_FALSE(times.find("other", "search"));
  EXPECT_FALSE(times.find("t", "other"));
}

TEST(UsualTimes, AreThoseOfTheLatestCalls) {
  UsualTimes times;
  for (int i = 0; i < 100; ++i) times.note("t", "search", 9s);
  for (int i = 1; i <= 64; ++i) times.note("t", "search", i * 10ms);

  const auto usual = times.find("t", "search");

  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->p50, 320ms);
  EXPECT_EQ(usual->p95, 610ms);
}

TEST(UsualTimes, AreOfSoManyToolsAtMost) {
  UsualTimes times;
  for (std::size_t i = 0; i < UsualTimes::kMost + 10; ++i) {
    for (std::size_t j = 0; j < UsualTimes::kLeast; ++j) times.note("t", std::to_string(i), 1ms);
  }
  std::size_t known = 0;
  for (std::size_t i = 0; i < UsualTimes::kMost + 10; ++i) {
    known += times.find("t", std::to_string(i)) ? 1 : 0;
  }
  EXPECT_EQ(known, UsualTimes::kMost);
}

TEST(FillerTime, IsTheToolsOwnAndNeverBeyondWhatItsManifestSays) {
  EXPECT_EQ(filler_time(1500ms, std::nullopt), 1500ms);
  EXPECT_EQ(filler_time(1500ms, UsualTimes::Usual{200ms, 400ms}), 400ms);
  EXPECT_EQ(filler_time(1500ms, UsualTimes::Usual{1s, 3s}), 1500ms);
  EXPECT_EQ(filler_time(1500ms, UsualTimes::Usual{1ms, 2ms}), 100ms);
  EXPECT_EQ(filler_time(50ms, UsualTimes::Usual{1ms, 2ms}), 50ms);
  EXPECT_EQ(filler_time(0ms, UsualTimes::Usual{1ms, 2ms}), 0ms);
}

}  // namespace
}  // namespace callosum::session
