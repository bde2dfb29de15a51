// The simulated embeddings server: what is alike in it, and what it refuses.
#include "sim/chat/embeddings.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "base/json.hpp"

namespace callosum::sim::chat {
namespace {

double alike(const std::string& a, const std::string& b, const Embeddings& how = {}) {
  const auto x = embed(a, how);
  const auto y = embed(b, how);
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

TEST(SimEmbeddings, TextsAreAlikeAsFarAsTheyShareWords) {
  EXPECT_NEAR(alike("Parking behind the house", "behind the HOUSE: parking?"), 1, 1e-9);
  EXPECT_NEAR(alike("parking house", "parking garden"), 0.5, 1e-9);
  EXPECT_EQ(alike("parking", "invoices"), 0);
  EXPECT_EQ(alike("what is the", "parking"), 0);
}

TEST(SimEmbeddings, WordsThatAreAlikeMeanTheSame) {
  Embeddings how;
  how.alike = {{"parking", "car", "garage"}};
  EXPECT_NEAR(alike("where do I put my car", "put: garage", how), 1, 1e-9);
  EXPECT_LT(alike("where do I put my car", "put: garage"), 0.6);
}

TEST(SimEmbeddings, AnswersAsTheServiceDoes) {
  const auto answer = answer_embeddings(R"({"model":"m","input":["one","two"]})", {});
  ASSERT_EQ(answer.status, 200);
  const auto body = parse_strict(answer.body)->as_object();
  ASSERT_EQ(body.at("data").as_array().size(), 2u);
  EXPECT_EQ(body.at("data").as_array()[1].at("index"), 1);
  EXPECT_EQ(body.at("data").as_array()[1].at("embedding").as_array().size(), 256u);
  EXPECT_EQ(body.at("model"), "m");

  EXPECT_EQ(answer_embeddings(R"({"model":"m","input":"one"})", {}).status, 200);
  for (const auto* bad : {R"({"input":"one"})", R"({"model":"m"})", R"({"model":"m","input":[]})",
                          R"({"model":"m","input":""})", R"({"model":"m","input":[""]})",
                          R"({"model":"m","input":7})", "[]", "{"}) {
    EXPECT_EQ(answer_embeddings(bad, {}).status, 400) << bad;
  }
}

TEST(SimEmbeddings, TalksNonsenseWhereItIsToldTo) {
  const auto body = [](const std::string& nonsense) {
    Embeddings how;
    how.nonsense = nonsense;
    return answer_embeddings(R"({"model":"m","input":["one","two"]})", how).body;
  };
  EXPECT_FALSE(parse_strict(body("nan")));
  EXPECT_EQ(parse_strict(body("few"))->at("data").as_array().size(), 1u);
  EXPECT_EQ(parse_strict(body("short"))->at("data").as_array()[0].at("embedding").as_array().size(),
            128u);
  EXPECT_EQ(parse_strict(body("huge"))->at("data").as_array()[0].at("embedding").as_array().size(),
            20'000u);
  Embeddings broken;
  broken.status = 503;
  EXPECT_EQ(answer_embeddings("{}", broken).status, 503);
}

}  // namespace
}  // namespace callosum::sim::chat
