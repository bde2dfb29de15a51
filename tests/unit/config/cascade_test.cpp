// What the configuration says of conversations without a realtime provider.
#include <gmock/gmock.h>

#include "config/load.hpp"

namespace callosum::config {
namespace {

using ::testing::ElementsAre;

LoadOutcome from_sets(std::vector<std::string> sets) {
  Environment nothing = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  return load_text("", {"", std::move(sets), std::move(nothing)});
}

std::vector<std::string> problems_of(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(Config, TakesACascadeForTheReplyPathBrainAndWhatItIsMadeOf) {
  const auto outcome = from_sets({"provider=cascade", "providers.cascade.brain_url=http://chat/v1",
                                  "providers.cascade.ears=offline"});
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_EQ(outcome.config.reply_path, "brain");

  EXPECT_THAT(
      problems_of(from_sets({"provider=cascade", "reply_path=bridge"})),
      ElementsAre("--set: reply_path: a cascade plans with its chat server: leave it out, or "
                  "say brain"));
  EXPECT_THAT(problems_of(from_sets({"provider=cascade", "providers.cascade.brain_url=http://c/v1",
                                     "providers.cascade.mouth=ofline"})),
              ElementsAre("--set: providers.cascade.mouth: no speech service is called ofline; did "
                          "you mean offline?"));
  EXPECT_THAT(problems_of(from_sets({"providers.offline.mouth=offline"})),
              ElementsAre("--set: providers.offline.mouth: only a cascade has one: this provider "
                          "speaks itself"));
  EXPECT_THAT(problems_of(from_sets({"fallback=[cascade]"})),
              ElementsAre("fallback[0]: cascade is a cascade, which is on the reply path "
                          "brain: say so in reply_path"));
}

TEST(Config, NeedsTheKeysOfTheSpeechServicesThatSessionsUse) {
  const std::vector<std::string> sets{"provider=cascade",
                                      "providers.cascade.brain_url=http://chat/v1",
                                      "providers.cascade.mouth=deepgram"};

  EXPECT_THAT(problems_of(from_sets(sets)),
              ElementsAre("speech.deepgram.key_env: the environment has no DEEPGRAM_API_KEY, which "
                          "holds the key of deepgram"));
}

}  // namespace
}  // namespace callosum::config
