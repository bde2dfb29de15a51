#include "app/wiring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"

namespace callosum::app {
namespace {

using ::testing::ElementsAre;

TEST(ExportsNeeded, AreThatOfCallersAndThoseOfTheProvidersThatSessionsAreGiven) {
  config::Config config;

  config.provider = "offline";
  EXPECT_THAT(exports_needed(config), ElementsAre("openai"));

  config.provider = "xai";
  EXPECT_THAT(exports_needed(config), ElementsAre("openai", "xai"));

  config.providers["mine"].kind = "gemini";
  config.fallback = {"mine", "offline"};
  EXPECT_THAT(exports_needed(config), ElementsAre("openai", "xai", "gemini"));

  config.fallback.clear();
  config.provider = "nobody";
  EXPECT_THAT(exports_needed(config), ElementsAre("openai"));
}

TEST(ExportsNeeded, AreNotTheMouthsWhereAChatModelPlans) {
  config::Config config;
  config.provider = "gemini";
  config.reply_path = "brain";

  EXPECT_THAT(exports_needed(config), ElementsAre("openai"));
}

}  // namespace
}  // namespace callosum::app
