#include "session/provider_breaker.hpp"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "session/source_search.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart = SteadyTime{} + 1h;

TEST(ProviderBreaker, ToleratesAFewFailuresThatMayPass) {
  ProviderBreaker breaker;

  EXPECT_FALSE(breaker.on_failed(ErrorType::transient, kStart));
  EXPECT_FALSE(breaker.on_failed(ErrorType::timeout, kStart));
  EXPECT_FALSE(breaker.is_resting(kStart));
  EXPECT_TRUE(breaker.on_failed(ErrorType::transient, kStart));
  EXPECT_TRUE(breaker.is_resting(kStart));
}

TEST(ProviderBreaker, ForgetsFailuresOnceItIsServed) {
  ProviderBreaker breaker;
  breaker.on_failed(ErrorType::transient, kStart);
  breaker.on_failed(ErrorType::transient, kStart);

  breaker.on_served();

  EXPECT_FALSE(breaker.on_failed(ErrorType::transient, kStart));
}

TEST(ProviderBreaker, RestsAtOnceWhereItIsRefused) {
  for (const auto why : {ErrorType::auth, ErrorType::permanent, ErrorType::rate_limit}) {
    ProviderBreaker breaker;

    EXPECT_TRUE(breaker.on_failed(why, kStart));
    EXPECT_TRUE(breaker.is_resting(kStart + 9s));
    EXPECT_FALSE(breaker.is_resting(kStart + 10s));
  }
}

struct Talk {
  std::shared_ptr<ProviderBreaker> first = std::make_shared<ProviderBreaker>();
  std::shared_ptr<ProviderBreaker> second = std::make_shared<ProviderBreaker>();
  std::shared_ptr<bool> was_served = std::make_shared<bool>(false);
  PlanReports to_first{first, was_served};
  PlanReports to_second{second, was_served};
};

TEST(PlanReports, AConversationThatHasGrownTooLongRestsNobodysModel) {
  Talk talk;
  talk.to_first.on_planned();
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(talk.to_first.on_failed(ErrorType::validation, kStart));
    EXPECT_FALSE(talk.to_second.on_failed(ErrorType::validation, kStart));  // nor the next one's
  }

  EXPECT_FALSE(talk.first->is_resting(kStart));
  EXPECT_FALSE(talk.second->is_resting(kStart));
}

TEST(PlanReports, AModelThatTakesNothingAtAllRests) {
  Talk talk;
  EXPECT_FALSE(talk.to_first.on_failed(ErrorType::validation, kStart));
  EXPECT_FALSE(talk.to_first.on_failed(ErrorType::validation, kStart));

  EXPECT_TRUE(talk.to_first.on_failed(ErrorType::validation, kStart));
}

TEST(PlanReports, EndsTheRestOfItsOwnFailuresAlone) {
  Talk talk;
  talk.to_first.on_planned();
  for (int i = 0; i < 3; ++i) talk.first->on_failed(ErrorType::transient, kStart);  // others'
  talk.to_first.on_planned();
  EXPECT_TRUE(talk.first->is_resting(kStart));
  talk.to_first.on_failed(ErrorType::validation, kStart);  // was no failure of the model's
  talk.to_first.on_planned();
  EXPECT_TRUE(talk.first->is_resting(kStart));
  talk.to_first.on_failed(ErrorType::transient, kStart);
  talk.to_first.on_planned();

  EXPECT_FALSE(talk.first->is_resting(kStart));
}

TEST(ProviderBreaker, LetsOneSessionTryWhenItHasRested) {
  ProviderBreaker breaker;
  breaker.on_failed(ErrorType::auth, kStart);
  const auto later = kStart + 11s;

  breaker.on_asked(later);

  EXPECT_TRUE(breaker.is_resting(later));
  EXPECT_FALSE(breaker.is_resting(later + 10s));  // nobody has said what came of it
}

TEST(ProviderBreaker, RestsLongerEachTimeUpToACap) {
  ProviderBreaker breaker;
  auto now = kStart;
  std::vector<std::int64_t> rests;

  for (int i = 0; i < 6; ++i) {
    breaker.on_asked(now);
    breaker.on_failed(ErrorType::auth, now);
    rests.push_back(breaker.rest().count());
    now += breaker.rest();
  }

  EXPECT_EQ(rests, (std::vector<std::int64_t>{10, 20, 40, 80, 120, 120}));
}

TEST(ProviderBreaker, DoesNotCountWhoHadAskedBeforeItRested) {
  ProviderBreaker breaker;
  breaker.on_failed(ErrorType::auth, kStart);

  EXPECT_FALSE(breaker.on_failed(ErrorType::auth, kStart + 1s));

  EXPECT_EQ(breaker.rest(), 10s);
}

TEST(ProviderBreaker, IsForAllThreads) {
  ProviderBreaker breaker;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&breaker] {
      for (int n = 0; n < 1000; ++n) {
        breaker.on_asked(kStart);
        breaker.on_failed(ErrorType::transient, kStart);
        if (n % 7 == 0) breaker.on_served();
      }
    });
  }
  for (auto& thread : threads) thread.join();

  breaker.on_served();

  EXPECT_FALSE(breaker.is_resting(kStart));
}

std::vector<std::size_t> order_of(SourceSearch search, const std::vector<bool>& resting) {
  std::vector<std::size_t> order;
  while (const auto next = search.next([&](std::size_t i) { return resting[i]; })) {
    order.push_back(*next);
  }
  return order;
}
using Order = std::vector<std::size_t>;

TEST(SourceSearch, AsksEachOnceAtTheStartAndThoseThatRestLast) {
  EXPECT_EQ(order_of(SourceSearch(3), {false, false, false}), (Order{0, 1, 2}));
  EXPECT_EQ(order_of(SourceSearch(3), {true, false, false}), (Order{1, 2, 0}));
  EXPECT_EQ(order_of(SourceSearch(1), {true}), (Order{0}));
}

TEST(SourceSearch, AsksTheLostOneTwiceBeforeTheOthers) {
  const std::vector<bool> awake{false, false};

  EXPECT_EQ(order_of(SourceSearch(2, {1, 0}, 3), awake), (Order{1, 1, 0, 1, 0, 0}));
  EXPECT_EQ(order_of(SourceSearch(1, {0, 0}, 3), {false}), (Order{0, 0, 0}));
}

TEST(SourceSearch, AsksTheLostOneLaterWhereItRestsOrDoesNotLast) {
  EXPECT_EQ(order_of(SourceSearch(2, {0, 0}, 2), {true, false}), (Order{1, 1, 0, 0}));
  EXPECT_EQ(order_of(SourceSearch(2, {0, 2}, 3), {false, false}), (Order{1, 0, 1, 1}));
}

}  // namespace
}  // namespace callosum::session
