#include "tool/sql/rank_fusion.hpp"

#include <cmath>
#include <gmock/gmock.h>

namespace callosum::tool::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RankFusion, PutsWhatBothKnowBeforeWhatOneKnows) {
  EXPECT_THAT(fuse_ranks({1, 2, 3}, {7, 3}), ElementsAre(3, 1, 7, 2));
}

TEST(RankFusion, LosesNothingAndRepeatsNothing) {
  EXPECT_THAT(fuse_ranks({2, 0}, {0, 2}), ElementsAre(2, 0));
  EXPECT_THAT(fuse_ranks({}, {4, 5}), ElementsAre(4, 5));
  EXPECT_THAT(fuse_ranks({4, 5}, {}), ElementsAre(4, 5));
  EXPECT_THAT(fuse_ranks({}, {}), IsEmpty());
}

TEST(RankFusion, OfMeaningTakesTheNearestThatAreNearEnough) {
  const std::vector<Nearness> rows{{0, 0.2}, {1, 0.9}, {2, 0.5}, {3, 0.5}, {4, std::nan("")}};

  EXPECT_THAT(rank_by_nearness(rows, 0.4, 10), ElementsAre(1, 2, 3));
  EXPECT_THAT(rank_by_nearness(rows, 0.4, 2), ElementsAre(1, 2));
  EXPECT_THAT(rank_by_nearness(rows, 0.95, 10), IsEmpty());
}

}  // namespace
}  // namespace callosum::tool::sql
