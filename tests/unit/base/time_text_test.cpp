#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace callosum {
namespace {

TEST(TimeText, ReadsADayOrATimeOfUtc) {
  EXPECT_EQ(parse_utc_ms("1970-01-01"), 0);
  EXPECT_EQ(parse_utc_ms("2026-11-21T14:30:05Z"), 1795271405000);
  EXPECT_EQ(parse_utc_ms("2026-11-21T14:30:05.5Z"), 1795271405500);
  EXPECT_EQ(parse_utc_ms("2026-11-21T14:30:05.123456789Z"), 1795271405123);
  EXPECT_EQ(parse_utc_ms("2024-02-29"), 1709164800000);
}

TEST(TimeText, ReadsNothingElse) {
  for (const auto* text :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-11-21T", "2026-11-21T14:30Z",
        "2026-11-21T24:00:00Z", "2026-11-21T14:30:05", "2026-11-21T14:30:05+01:00",
        "2026-11-21T14:30:05.Z", "2026-11-21T14:30:05.1234567890Z", "2026-11-21T14:30:05Z ",
        " 2026-11-21", "2026-11-2x", "now"}) {
    EXPECT_EQ(parse_utc_ms(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace callosum
