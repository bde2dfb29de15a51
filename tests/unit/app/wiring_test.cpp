#include "app/wiring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"

namespace callosum::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ExportsNeeded, AreThoseOfTheProviderThatSessionsAreGiven) {
  config::Config config;

  config.provider = "offline";
  EXPECT_THAT(exports_needed(config), ElementsAre("openai"));

  config.provider = "xai";
  EXPECT_THAT(exports_needed(config), ElementsAre("xai"));

  config.providers["mine"].kind = "xai";
  config.provider = "mine";
  EXPECT_THAT(exports_needed(config), ElementsAre("xai"));

  config.provider = "nobody";
  EXPECT_THAT(exports_needed(config), IsEmpty());
}

}  // namespace
}  // namespace callosum::app
