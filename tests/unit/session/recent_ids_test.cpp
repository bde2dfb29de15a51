#include "session/recent_ids.hpp"

#include <gtest/gtest.h>
#include <string>

namespace callosum::session {
namespace {

std::string id(int number) { return "call_" + std::to_string(number); }

TEST(RecentIds, KnowsWhatItHasSeen) {
  RecentIds ids(100);

  EXPECT_FALSE(ids.contains("a"));
  EXPECT_TRUE(ids.insert("a"));
  EXPECT_FALSE(ids.insert("a"));
  EXPECT_TRUE(ids.contains("a"));
  EXPECT_FALSE(ids.contains("b"));
}

TEST(RecentIds, KeepsAtLeastTheLastSoManyAndForgetsTheRest) {
  RecentIds ids(100);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(ids.insert(id(i)));

  for (int i = 900; i < 1000; ++i) EXPECT_FALSE(ids.insert(id(i))) << i;
  int known = 0;
  for (int i = 0; i < 1000; ++i) known += ids.contains(id(i)) ? 1 : 0;
  EXPECT_LE(known, 200);
}

TEST(RecentIds, DoesNotForgetWhatKeepsComing) {
  RecentIds ids(100);
  ids.insert("again");
  for (int i = 0; i < 1000; ++i) {
    ids.insert(id(i));
    EXPECT_FALSE(ids.insert("again")) << i;
  }
}

TEST(RecentIds, TakesAnEmptyIdForAnyOther) {
  RecentIds ids;

  EXPECT_TRUE(ids.insert(""));
  EXPECT_FALSE(ids.insert(""));
}

}  // namespace
}  // namespace callosum::session
