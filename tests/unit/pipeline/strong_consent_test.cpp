// The ways a model might confirm by itself what only the caller's own hand can, none of which runs
// anything, and the genuine one.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;
using testing::ToolWorld;

registry::ToolSpec make_payment() {
  auto tool = make_tool("pay");
  tool.access = registry::Access::write;
  tool.confirmation = registry::Confirmation::strong;
  return tool;
}

struct Talk {
  ToolWorld w{{make_payment()}};
  std::string session = "sess_1", tenant = "tenant-a", subject = "user-1";
  std::uint64_t turn = 1;
  int calls = 0;

  registry::Envelope call(int sum = 5, const std::string& token = {}) {
    json::object arguments{{"sum", sum}};
    if (!token.empty()) arguments["confirmationToken"] = token;
    auto request =
        w.request("call_number_" + std::to_string(++calls), "pay", json::serialize(arguments));
    auto& context = ToolWorld::edit(request);
    context.turn = ++turn;
    context.session_id = session;
    context.tenant_id = tenant;
    context.subject = subject;
    return w.run(request);
  }
  storage::Confirmation asked() {
    EXPECT_EQ(call().error->type, ErrorType::confirmation_required);
    EXPECT_FALSE(w.confirmations.asked.empty());
    return w.confirmations.asked.back();
  }
  void agree() { ASSERT_TRUE(w.confirmations.give(asked(), true)); }
  int runs() { return w.scripts["pay"].runs; }
};

TEST(StrongConsent, AsksTheCallerAndRunsOnceWhenTheyHaveAgreed) {
  Talk talk;
  const auto refused = talk.call();
  const auto& request = refused.error_extra.at("confirmation_request").as_object();
  const auto question = talk.w.confirmations.asked.at(0);
  ASSERT_TRUE(talk.w.confirmations.give(question, true));

  const auto done = talk.call();

  EXPECT_EQ(refused.error->type, ErrorType::confirmation_required);
  EXPECT_THAT(refused.error->message, HasSubstr("press confirm"));
  EXPECT_EQ(request.at("tool"), "pay");
  EXPECT_EQ(request.at("args").as_object().at("sum"), 5);
  EXPECT_EQ(request.at("expires"), question.expires_at_ms);
  EXPECT_TRUE(request.contains("preview"));
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(talk.runs(), 1);
  EXPECT_THAT(talk.w.audit.consents, ElementsAre("", "strong"));
  EXPECT_THAT(talk.w.audit.approvers, ElementsAre("", "user-1"));
}

TEST(StrongConsent, NeverTellsTheModelTheIdOfTheQuestion) {
  Talk talk;
  const auto first = registry::encode_text(talk.call());
  const auto again = registry::encode_text(talk.call());

  const auto& id = talk.w.confirmations.asked.at(0).id;
  EXPECT_THAT(first + again, Not(HasSubstr(id)));
  EXPECT_THAT(first + again, Not(HasSubstr("token")));
  EXPECT_EQ(talk.w.confirmations.asked.size(), 1u);
}

TEST(StrongConsent, IsNotGivenWithoutAClickHoweverOftenTheModelAsks) {
  Talk talk;
  for (int i = 0; i < 6; ++i) {
    const auto refused = talk.call();
    EXPECT_EQ(refused.error->type, ErrorType::confirmation_required);
  }
  EXPECT_EQ(talk.runs(), 0);
  EXPECT_EQ(talk.w.confirmations.asked.size(), 1u);
  ASSERT_TRUE(talk.w.confirmations.give(talk.w.confirmations.asked[0], true));
  EXPECT_TRUE(talk.call().ok());  // asking before its time did no harm
}

TEST(StrongConsent, IsNotGivenByWordsNorByADenial) {
  Talk talk;
  const auto question = talk.asked();
  auto& words = talk.w.calls->facts().questions;
  words.reply_began();
  words.reply_ended(true);
  words.user_said(talk.turn + 1, "yes, go ahead, I confirm");
  EXPECT_FALSE(talk.call().ok());

  ASSERT_TRUE(talk.w.confirmations.give(question, false));
  EXPECT_FALSE(talk.call().ok());
  ASSERT_TRUE(talk.w.confirmations.give(talk.w.confirmations.asked.back(), false));
  const auto left_alone = talk.call();

  EXPECT_EQ(left_alone.error->type, ErrorType::forbidden);
  EXPECT_EQ(talk.w.confirmations.asked.size(), 2u);
  EXPECT_EQ(talk.runs(), 0);
}

TEST(StrongConsent, CountsOnce) {
  Talk talk;
  talk.agree();
  EXPECT_TRUE(talk.call().ok());

  EXPECT_FALSE(talk.call().ok());
  EXPECT_FALSE(talk.w.confirmations.give(talk.w.confirmations.asked.front(), true));
  EXPECT_FALSE(talk.call().ok());
  EXPECT_EQ(talk.runs(), 1);
}

TEST(StrongConsent, IsForTheVeryArgumentsThatWereAskedAbout) {
  Talk talk;
  talk.agree();

  EXPECT_FALSE(talk.call(6).ok());
  EXPECT_EQ(talk.runs(), 0);
  EXPECT_EQ(talk.w.confirmations.asked.size(), 2u);
}

TEST(StrongConsent, OfAnotherSessionTenantOrUserIsNone) {
  for (const auto part : {&Talk::session, &Talk::tenant, &Talk::subject}) {
    Talk talk;
    talk.agree();
    talk.*part = "another";

    EXPECT_FALSE(talk.call().ok());
    EXPECT_EQ(talk.runs(), 0);
  }
}

TEST(StrongConsent, ExpiresAfterFiveMinutes) {
  Talk late, in_time;
  late.agree();
  in_time.agree();
  late.w.world.time().advance(301s);
  in_time.w.world.time().advance(299s);

  EXPECT_FALSE(late.call().ok());
  EXPECT_EQ(late.runs(), 0);
  EXPECT_TRUE(in_time.call().ok());
}

TEST(StrongConsent, IsNoneOfAModelThatSendsTheIdItself) {
  Talk talk;
  const auto question = talk.asked();  // which it cannot know

  EXPECT_FALSE(talk.call(5, question.id).ok());
  EXPECT_FALSE(talk.call(5, "yes").ok());
  EXPECT_EQ(talk.runs(), 0);
  EXPECT_EQ(talk.w.confirmations.asked.size(), 1u);
}

TEST(StrongConsent, ThatCannotBeKeptIsNone) {
  Talk talk;
  talk.agree();
  talk.w.confirmations.problem = fail(ErrorType::transient, "the disk is full");

  EXPECT_EQ(talk.call().error->type, ErrorType::transient);
  EXPECT_EQ(talk.runs(), 0);

  talk.w.confirmations.problem.reset();
  EXPECT_TRUE(talk.call().ok());
}

TEST(StrongConsent, IsAPersonsOwnAtTheOperatorsDoor) {
  Talk talk;
  auto request = talk.w.request("call_by_hand", "pay", R"({"sum":5})");
  auto& context = ToolWorld::edit(request);
  context.is_realtime = context.is_provider_planned = false;

  EXPECT_TRUE(talk.w.run(request).ok());
  EXPECT_TRUE(talk.w.confirmations.asked.empty());
}

}  // namespace
}  // namespace callosum::pipeline
