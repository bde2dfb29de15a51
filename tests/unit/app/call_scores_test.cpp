// Calls that are over are judged beside everything else: what comes of it is in their records.
#include "app/call_scores.hpp"

#include <future>
#include <gtest/gtest.h>
#include <thread>

#include "async/shared_outcome.hpp"
#include "async/with_deadline.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::app {
namespace {

using May = async::SharedOutcome<bool>;

/// Answers once it may; null: at once.
class Judge final : public realtime::ChatModel {
 public:
  explicit Judge(Result<std::string> answer, std::shared_ptr<May> may = nullptr)
      : answer_(std::move(answer)), may_(std::move(may)) {}
  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(realtime::ChatRequest,
                                                           std::function<void(std::string_view)>,
                                                           async::Deadline deadline) override {
    if (may_) co_await may_->wait(deadline);
    ++asked;
    if (!answer_) co_return answer_.error();
    co_return realtime::ChatAnswer{*answer_, {}};
  }
  std::atomic<int> asked{0};

 private:
  const Result<std::string> answer_;
  const std::shared_ptr<May> may_;
};

class CallScoresTest : public ::testing::Test {
 protected:
  CallScoresTest()
      : database(std::move(*storage::Database::open({.path = folder.path() / "d.db"}))),
        connection(std::move(*storage::sqlite::Connection::open({.path = folder.path() / "d.db"}))),
        log(std::move(*telemetry::make_log(time, {.level = telemetry::LogLevel::off}))),
        records(std::move(*storage::CallLog::open(*database, *log))),
        scores(std::make_unique<CallScores>(*records, *log, metrics)) {}

  channel::twilio::EndedCall ended(const std::string& sid, std::vector<std::string> said) {
    storage::PhoneCall call;
    call.record.call_sid = sid;
    call.tenant_id = "t1";
    call.called = "+390612345678";
    call.status = "completed";
    EXPECT_TRUE(*add_call(*connection, call));
    storage::CallRecord record;
    record.call_sid = sid;
    record.outcome = "completed";
    records->note(record);
    return {record, std::move(said)};
  }
  /// Once this outcome was counted.
  void until(const std::string& outcome) {
    const auto line = "call_scores_total{outcome=\"" + outcome + "\"}";
    while (metrics.render().find(line) == std::string::npos) std::this_thread::yield();
  }
  /// As it is on disk, with all that was noted.
  storage::PhoneCall kept(const std::string& sid) {
    scores.reset();
    records.reset();
    return storage::find_call(*connection, sid).value().value();
  }

  testing::TempFolder folder;
  async::SystemTime time;
  telemetry::Metrics metrics;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<storage::sqlite::Connection> connection;
  std::unique_ptr<telemetry::Log> log;
  std::unique_ptr<storage::CallLog> records;
  std::unique_ptr<CallScores> scores;
};

TEST_F(CallScoresTest, WhatTheChatModelSaysIsOfTheCallsRecord) {
  scores->judge(ended("a", {"that is wonderful"}),
                std::make_shared<Judge>(std::string(R"({"sentiment":0.75})")));
  until("judged");

  EXPECT_EQ(kept("a").record.sentiment, 0.75);
  EXPECT_EQ(storage::find_call(*connection, "a").value()->record.outcome, "completed");
}

TEST_F(CallScoresTest, AnAnswerThatIsNoneLeavesTheCallUnjudged) {
  scores->judge(ended("a", {"hello"}), std::make_shared<Judge>(std::string("very happy!")));
  until("unreadable");

  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
}

TEST_F(CallScoresTest, AChatModelThatFailsLeavesTheCallUnjudged) {
  scores->judge(ended("a", {"hello"}),
                std::make_shared<Judge>(fail(ErrorType::timeout, "too late")));
  until("failed");

  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
}

TEST_F(CallScoresTest, WhoSaidNothingIsNotJudged) {
  const auto judge = std::make_shared<Judge>(std::string(R"({"sentiment":1})"));
  scores->judge(ended("a", {}), judge);
  scores->judge(ended("b", {"hello"}), judge);
  until("judged");

  EXPECT_EQ(judge->asked, 1);
  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
}

TEST_F(CallScoresTest, BeyondItsRoomCallsAreNotJudgedAndNobodyWaits) {
  const auto may = std::make_shared<May>();
  const auto judge = std::make_shared<Judge>(std::string(R"({"sentiment":1})"), may);
  const auto call = ended("a", {"hello"});
  for (std::size_t i = 0; i < 2 * CallScores::kMostWaiting; ++i) scores->judge(call, judge);
  until("dropped");
  may->set(true);
  until("judged");

  EXPECT_EQ(kept("a").record.sentiment, 1);
  EXPECT_LE(judge->asked, static_cast<int>(CallScores::kMostWaiting + CallScores::kAtOnce));
}

TEST_F(CallScoresTest, GoesWithTheProcessWhoeverItIsWaitingFor) {
  class Never final : public realtime::ChatModel {
   public:
    boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(realtime::ChatRequest,
                                                             std::function<void(std::string_view)>,
                                                             async::Deadline deadline) override {
      has_begun.set_value();
      co_await async::sleep_until(async::Deadline::none(deadline.time()));
      co_return fail(ErrorType::internal, "cannot be");
    }
    std::promise<void> has_begun;
  };
  const auto never = std::make_shared<Never>();
  scores->judge(ended("a", {"hello"}), never);
  never->has_begun.get_future().wait();

  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
}

}  // namespace
}  // namespace callosum::app
