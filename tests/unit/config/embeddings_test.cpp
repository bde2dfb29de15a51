// What the configuration says of searching by meaning, and of judging calls.
#include <gmock/gmock.h>

#include "config/load.hpp"

namespace callosum::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LoadOutcome from_sets(std::vector<std::string> sets, bool has_key = true) {
  Environment environment = [has_key](std::string_view name) -> std::optional<std::string> {
    if (name == "THEIR_KEY" && has_key) return "sk-theirs";
    return std::nullopt;
  };
  return load_text("", {"", std::move(sets), std::move(environment)});
}

std::vector<std::string> problems_of(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(Config, HasNoEmbeddingsAndJudgesNoCallsUnlessItIsToldTo) {
  const auto& config = from_sets({}).config;
  EXPECT_EQ(config.embeddings.url, "");
  EXPECT_FALSE(config.phone.score_calls);
}

TEST(Config, TakesAnEmbeddingsServerWithItsKey) {
  const auto outcome =
      from_sets({"embeddings.url=http://127.0.0.1:11434/v1/", "embeddings.model=small",
                 "embeddings.key_env=THEIR_KEY", "embeddings.least_similarity_percent=55"});

  EXPECT_THAT(problems_of(outcome), IsEmpty());
  EXPECT_EQ(outcome.config.embeddings.url, "http://127.0.0.1:11434/v1");
  EXPECT_EQ(outcome.config.embeddings.key.reveal(), "sk-theirs");
  EXPECT_EQ(outcome.config.embeddings.least_similarity_percent, 55);
}

TEST(Config, SaysWhatAnEmbeddingsServerLacks) {
  EXPECT_THAT(problems_of(from_sets({"embeddings.url=http://e/v1"})),
              ElementsAre("embeddings.model: needed beside embeddings.url: which model it shall "
                          "use"));
  EXPECT_THAT(problems_of(from_sets({"embeddings.url=ws://e/v1", "embeddings.model=m"})),
              ElementsAre("--set: embeddings.url: expected http:// or https://"));
  EXPECT_THAT(problems_of(from_sets({"embeddings.url=http://e/v1", "embeddings.model=m",
                                     "embeddings.key_env=THEIR_KEY"},
                                    false)),
              ElementsAre("--set: embeddings.key_env: the environment has no THEIR_KEY"));
}

}  // namespace
}  // namespace callosum::config
