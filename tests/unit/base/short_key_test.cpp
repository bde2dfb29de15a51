#include "base/short_key.hpp"

#include <gtest/gtest.h>

namespace callosum {
namespace {

TEST(ShortKey, IsTheSameInEveryVersionForItIsKept) {
  // The first 53 bits of BLAKE2b-128 of "6\ntenantsess_1".
  EXPECT_EQ(short_key("tenant", "sess_1"), 971577226019567);
  EXPECT_EQ(short_key("", ""), 2598910833960658);
}

TEST(ShortKey, DoesNotTakeOnePairForAnother) {
  EXPECT_NE(short_key("ab", "c"), short_key("a", "bc"));
  EXPECT_NE(short_key("a", "1\nb"), short_key("a\n", "1b"));
  EXPECT_NE(short_key("", "a"), short_key("a", ""));
}

TEST(ShortKey, OfNoActIsNone) {
  EXPECT_EQ(short_key_of_act(""), 0);
  EXPECT_GT(short_key_of_act("haircut"), 0);
}

}  // namespace
}  // namespace callosum
