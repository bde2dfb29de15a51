#include "golden.hpp"

#include <gmock/gmock.h>

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;

TEST(Golden, PointsAtTheFirstDifference) {
  EXPECT_EQ(describe_difference("same\n", "same\n"), "");
  EXPECT_EQ(describe_difference("one\ntwo\nthree\n", "one\ntwelve\nthree\n"),
            "line 2, byte 3\n"
            "  expected: one\\ntwo\\nthree\\n\n"
            "  actual:   one\\ntwelve\\nthree\\n\n"
            "                   ^\n");
}

TEST(Golden, ShowsOfALongLineOnlyWhatStandsAroundTheDifference) {
  const std::string before(500, 'a');
  const std::string behind(500, 'z');

  const auto shown = describe_difference(before + "X" + behind, before + "Y" + behind);

  EXPECT_THAT(shown, HasSubstr("line 1, byte 501\n"));
  EXPECT_THAT(shown,
              HasSubstr("expected: …" + std::string(40, 'a') + "X" + std::string(59, 'z') + "…\n"));
  EXPECT_LT(shown.size(), 400u);
}

TEST(Golden, SeesThatOneTextIsTheBeginningOfTheOther) {
  EXPECT_THAT(describe_difference("ab\n", "ab\nc\n"), HasSubstr("line 2, byte 1\n"));
  EXPECT_THAT(describe_difference("ab\nc\n", ""), HasSubstr("line 1, byte 1\n"));
}

TEST(Golden, RefusesWhatHasNoFileAndSaysHowToMakeOne) {
  if (std::getenv("CALLOSUM_UPDATE_GOLDEN")) GTEST_SKIP() << "golden files are being written";

  const auto result = matches_golden("text", "nowhere/at_all.json");

  EXPECT_FALSE(result);
  EXPECT_THAT(result.message(), HasSubstr("CALLOSUM_UPDATE_GOLDEN=1"));
}

}  // namespace
}  // namespace callosum::testing
