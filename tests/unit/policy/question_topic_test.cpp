#include "policy/question_topic.hpp"

#include <gtest/gtest.h>

namespace callosum::policy {
namespace {

Topic of(std::string_view reply) {
  return topic_of(reply, "create_booking",
                  R"({"service":"haircut","date":"2026-11-24","time":"10:30","name":"Ada"})");
}

TEST(QuestionTopic, IsTheSameWhereTheCallOrItsArgumentsComeUp) {
  for (const auto* reply :
       {"Shall I book that?", "So the haircut, Ada?", "It is forty. Shall I make the booking?",
        "Tuesday the 24th it is, yes?", "Ten thirty, that is 10 30, right?"}) {
    EXPECT_EQ(of(reply), Topic::same) << reply;
  }
}

TEST(QuestionTopic, IsTheSameWhereAQuestionLeansOnTheOneBefore) {
  for (const auto* reply : {"Forty euros. Shall I go ahead?", "Sorry, was that a yes?",
                            "Is that right?", "Would you like that?", "OK?"}) {
    EXPECT_EQ(of(reply), Topic::same) << reply;
  }
}

TEST(QuestionTopic, IsAnotherWhereSomethingElseIsAsked) {
  for (const auto* reply : {"It costs forty. Shall I tell you about parking?",
                            "Is there anything else?", "Would you like a beard trim as well?",
                            "I can book that. Do you drive?", "Are you still there?"}) {
    EXPECT_EQ(of(reply), Topic::other) << reply;
  }
}

TEST(QuestionTopic, IsNoneWithoutAQuestion) {
  for (const auto* reply : {"", "It costs forty.", "One moment, please."}) {
    EXPECT_EQ(of(reply), Topic::none) << reply;
  }
}

}  // namespace
}  // namespace callosum::policy
