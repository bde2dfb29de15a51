#include "storage/phone_calls.hpp"

#include <gtest/gtest.h>

#include "real_world.hpp"
#include "storage/call_log.hpp"
#include "storage/database.hpp"
#include "storage/phone_numbers.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using testing::TempFolder;

class PhoneCallsTest : public ::testing::Test {
 protected:
  PhoneCallsTest()
      : database(std::move(*Database::open({.path = folder.path() / "d.db"}))),
        connection(std::move(*sqlite::Connection::open({.path = folder.path() / "d.db"}))) {}

  static PhoneCall call(const std::string& sid, const std::string& tenant = "t1") {
    PhoneCall out;
    out.record.call_sid = sid;
    out.tenant_id = tenant;
    out.called = "+390612345678";
    out.status = "ringing";
    return out;
  }
  PhoneCall kept(const std::string& sid) { return find_call(*connection, sid).value().value(); }

  TempFolder folder;
  std::unique_ptr<Database> database;
  std::unique_ptr<sqlite::Connection> connection;
};

TEST_F(PhoneCallsTest, AStepIsTakenByOneAlone) {
  EXPECT_TRUE(*add_call(*connection, call("a")));
  EXPECT_FALSE(*add_call(*connection, call("a")));
  EXPECT_TRUE(*take_call_step(*connection, "a", 1));
  EXPECT_FALSE(*take_call_step(*connection, "a", 1));
  EXPECT_FALSE(*take_call_step(*connection, "a", 3));
  EXPECT_FALSE(*take_call_step(*connection, "b", 1));
  EXPECT_EQ(kept("a").next_step, 2);
}

TEST_F(PhoneCallsTest, NewsAreKeptOnTopOfWhatTheyFollow) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  EXPECT_TRUE(
      *save_call_news(*connection, {"a", "ringing", "completed", 12, "https://r", 99}, true));
  EXPECT_FALSE(*save_call_news(*connection, {"a", "ringing", "busy", 1, "", 100}, true));
  EXPECT_EQ(kept("a").status, "completed");
  EXPECT_EQ(kept("a").duration_s, 12);
  EXPECT_EQ(kept("a").record.ended_at_ms, 99);
}

TEST_F(PhoneCallsTest, ARecordThatHasNotEndedTakesNoEndAway) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  ASSERT_TRUE(save_call_news(*connection, {"a", "ringing", "completed", -1, "", 99}, true));
  CallRecord record;
  record.call_sid = "a";
  record.session_id = "sess_1";
  record.transcript = "[]";
  ASSERT_TRUE(save_call_record(*connection, record));
  EXPECT_EQ(kept("a").record.ended_at_ms, 99);
  EXPECT_EQ(kept("a").record.session_id, "sess_1");
}

TEST_F(PhoneCallsTest, ARecordMayBeginWhereTheOneBeforeItsEndChanges) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  CallRecord first;
  first.call_sid = "a";
  first.transcript = R"([{"text":"Grüß Gott"},{"text":"old"}])";
  ASSERT_TRUE(save_call_record(*connection, first));
  auto second = first;
  second.kept.transcript = std::string_view(R"([{"text":"Grüß Gott"})").size();
  second.transcript = R"(,{"text":"new"}])";
  auto third = second;
  third.kept.transcript += std::string_view(R"(,{"text":"new"})").size();
  third.transcript = R"(,{"text":"newer"}])";

  lay_over(second, third);  // one that waits, and one that comes before it is written
  ASSERT_TRUE(save_call_record(*connection, second));

  EXPECT_EQ(kept("a").record.transcript,
            R"([{"text":"Grüß Gott"},{"text":"new"},{"text":"newer"}])");
  EXPECT_EQ(kept("a").record.timeline, "");
  ASSERT_TRUE(save_call_record(*connection, third));  // again, of what is there already
  EXPECT_EQ(kept("a").record.transcript,
            R"([{"text":"Grüß Gott"},{"text":"new"},{"text":"newer"}])");
}

TEST_F(PhoneCallsTest, WhatACallWasJudgedStandsUntilTheCallGoesOn) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  CallRecord record;
  record.call_sid = "a";
  record.confidence = 0.9;
  ASSERT_TRUE(save_call_record(*connection, record));
  EXPECT_EQ(kept("a").record.confidence, 0.9);
  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
  auto judged = record;
  judged.sentiment = -0.5;
  ASSERT_TRUE(save_call_record(*connection, judged));
  ASSERT_TRUE(save_call_record(*connection, record));  // of the same stream, later
  EXPECT_EQ(kept("a").record.sentiment, -0.5);
  EXPECT_EQ(list_calls(*connection, {"t1", "", 10})->front().record.sentiment, -0.5);
  record.step = 1;
  ASSERT_TRUE(save_call_record(*connection, record));
  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
  ASSERT_TRUE(save_call_record(*connection, judged));  // of the stream that the call has left
  EXPECT_EQ(kept("a").record.sentiment, std::nullopt);
}

TEST_F(PhoneCallsTest, TheLogLosesNoJudgementToWhatIsWrittenMeanwhile) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  async::SystemTime time;
  const auto log = std::move(*telemetry::make_log(time, {.level = telemetry::LogLevel::off}));
  CallRecord record;
  record.call_sid = "a";
  auto judged = record;
  judged.sentiment = 0.25;
  {
    const auto calls = std::move(*CallLog::open(*database, *log));
    calls->note(judged);
    calls->note(record);
  }
  EXPECT_EQ(kept("a").record.sentiment, 0.25);
}

TEST_F(PhoneCallsTest, AreListedByTenantAndCaller) {
  auto first = call("a");
  first.caller = "+12125550199";
  first.started_at_ms = 1;
  auto second = call("b");
  second.started_at_ms = 2;
  for (const auto& each : {first, second, call("c", "t2")})
    ASSERT_TRUE(add_call(*connection, each));
  CallRecord record;
  record.call_sid = "b";
  record.transcript = record.timeline = record.tool_history = R"([{"text":"private"}])";
  record.outcome = "completed";
  ASSERT_TRUE(save_call_record(*connection, record));
  const auto all = list_calls(*connection, {"t1", "", 10});
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->front().record.call_sid, "b");
  EXPECT_EQ(all->front().called, second.called);
  EXPECT_EQ(all->front().record.outcome, "completed");
  EXPECT_EQ(all->front().record.transcript + all->front().record.timeline, "");
  EXPECT_EQ(all->front().record.tool_history, "");
  EXPECT_EQ(list_calls(*connection, {"t1", "+12125550199", 10})->size(), 1u);
}

TEST_F(PhoneCallsTest, TheLogKnowsAtOnceWhatTheDiskHasLater) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  async::SystemTime time;
  const auto log = std::move(*telemetry::make_log(time, {.level = telemetry::LogLevel::off}));
  CallRecord record;
  record.call_sid = "a";
  record.is_conversed_out = true;
  record.outcome = "completed";
  {
    const auto calls = std::move(*CallLog::open(*database, *log));
    calls->note(record);
    const auto pending = calls->pending("a");
    EXPECT_TRUE(!pending || pending->is_conversed_out);
  }
  EXPECT_TRUE(kept("a").record.is_conversed_out);
}

TEST_F(PhoneCallsTest, TheRecordOfAStreamThatTheCallHasLeftComesTooLate) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  CallRecord late, now;
  late.call_sid = now.call_sid = "a";
  late.outcome = "failed";
  now.step = 1;
  now.intent = "get_policies";
  ASSERT_TRUE(save_call_record(*connection, now));
  ASSERT_TRUE(save_call_record(*connection, late));
  EXPECT_EQ(kept("a").record.intent, "get_policies");
  EXPECT_EQ(kept("a").record.outcome, "");
  EXPECT_EQ(kept("a").record.step, 1);

  async::SystemTime time;
  const auto log = std::move(*telemetry::make_log(time, {.level = telemetry::LogLevel::off}));
  now.outcome = "completed";
  {
    const auto calls = std::move(*CallLog::open(*database, *log));
    calls->note(now);
    calls->note(late);
  }
  EXPECT_EQ(kept("a").record.outcome, "completed");
}

TEST_F(PhoneCallsTest, MayForgetWhatWasSaidAndGivenToTools) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  CallRecord said;
  said.call_sid = "a";
  said.transcript = R"([{"role":"user","text":"hello"}])";
  said.timeline = R"([{"kind":"heard","at_ms":1,"text":"hello"},{"kind":"called","args":{"x":1}}])";
  ASSERT_TRUE(save_call_record(*connection, said));

  ASSERT_TRUE(forget_words(*connection, "a"));

  EXPECT_EQ(kept("a").record.transcript, "[]");
  EXPECT_EQ(kept("a").record.timeline, R"([{"kind":"heard","at_ms":1},{"kind":"called"}])");
}

TEST_F(PhoneCallsTest, OfOldOnesTheWordsMayBeForgotten) {
  for (const auto* sid : {"a", "b"}) {
    auto each = call(sid);
    each.started_at_ms = *sid == 'a' ? 1000 : 2000;
    ASSERT_TRUE(add_call(*connection, each));
    CallRecord said;
    said.call_sid = sid;
    said.transcript = R"([{"role":"user","text":"hello"}])";
    ASSERT_TRUE(save_call_record(*connection, said));
  }

  const auto forgotten = forget_old_words(*connection, 2000);

  ASSERT_TRUE(forgotten) << forgotten.error().detail;
  EXPECT_EQ(*forgotten, std::vector<std::string>{"a"});
  EXPECT_EQ(kept("a").record.transcript, "[]");
  EXPECT_EQ(kept("b").record.transcript, R"([{"role":"user","text":"hello"}])");
}

TEST_F(PhoneCallsTest, ThatHadNoStreamHaveNoWordsToForget) {
  ASSERT_TRUE(add_call(*connection, call("a")));

  const auto forgotten = forget_words(*connection, "a");

  EXPECT_TRUE(forgotten) << forgotten.error().detail;
}

TEST_F(PhoneCallsTest, AreKeptWhereThePacksOwnTableTakesNothing) {
  async::SystemTime time;
  const auto log = std::move(*telemetry::make_log(time, {.level = telemetry::LogLevel::off}));
  ASSERT_TRUE(add_call(*connection, call("a")));
  ASSERT_TRUE(connection->execute(
      "CREATE TABLE businesses (id TEXT PRIMARY KEY); INSERT INTO businesses VALUES ('t1');"
      "CREATE TABLE calls (id TEXT PRIMARY KEY CHECK (id = ''), business_id TEXT,"
      " call_sid TEXT UNIQUE, caller_phone TEXT, started_at TEXT, ended_at TEXT,"
      " duration_seconds INTEGER, transcript TEXT, intent TEXT, outcome TEXT,"
      " sentiment_score REAL, confidence_score REAL, recording_url TEXT, created_at TEXT)"));

  ASSERT_TRUE(connection->execute("BEGIN"));
  ASSERT_TRUE(
      save_call_news(*connection, {"a", "ringing", "completed", 12, "https://r", 99}, true));
  EXPECT_FALSE(copy_to_pack(*connection, "a"));
  try_copy_to_pack(*connection, "a", *log);
  ASSERT_TRUE(connection->execute("COMMIT"));

  EXPECT_EQ(kept("a").recording_url, "https://r");
}

TEST_F(PhoneCallsTest, ArePutIntoTheTableOfAPackThatHasOne) {
  ASSERT_TRUE(add_call(*connection, call("a")));
  EXPECT_TRUE(copy_to_pack(*connection, "a"));  // there is none yet
  ASSERT_TRUE(connection->execute(
      "CREATE TABLE businesses (id TEXT PRIMARY KEY);"
      "CREATE TABLE calls (id TEXT PRIMARY KEY, business_id TEXT REFERENCES businesses (id),"
      " call_sid TEXT UNIQUE, caller_phone TEXT, started_at TEXT, ended_at TEXT,"
      " duration_seconds INTEGER, transcript TEXT, intent TEXT, outcome TEXT,"
      " sentiment_score REAL, confidence_score REAL, recording_url TEXT, created_at TEXT)"));
  EXPECT_TRUE(copy_to_pack(*connection, "a"));  // and no such business
  EXPECT_EQ(connection->query("SELECT id FROM calls")->size(), 0u);
  ASSERT_TRUE(connection->execute("INSERT INTO businesses VALUES ('t1')"));
  CallRecord record;
  record.call_sid = "a";
  record.transcript = R"([{"role":"user","text":"hello"},{"role":"assistant","text":"yes?"}])";
  record.answered_at_ms = 1'000;
  record.ended_at_ms = 61'000;
  record.outcome = "completed";
  ASSERT_TRUE(save_call_record(*connection, record));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(copy_to_pack(*connection, "a"));

  const auto rows = connection->query("SELECT transcript, duration_seconds, outcome FROM calls");

  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->at(0).at("transcript"), "Caller: hello\nAssistant: yes?");
  EXPECT_EQ(rows->at(0).at("duration_seconds"), 60);
  EXPECT_EQ(rows->at(0).at("outcome"), "completed");
}

TEST_F(PhoneCallsTest, KeepsWhoseCallItIsAndWhatOpensItsNextStep) {
  PhoneCall call;
  call.record.call_sid = "v3:abcdefgh";
  call.carrier = "telnyx";
  call.ticket = "first";
  call.tenant_id = "t1";
  call.status = "ringing";
  ASSERT_TRUE(*add_call(*connection, call));
  EXPECT_EQ(find_call(*connection, "v3:abcdefgh")->value().ticket, "first");
  EXPECT_EQ(list_calls(*connection, {.tenant_id = "t1", .caller = {}})->at(0).carrier, "telnyx");

  ASSERT_TRUE(*take_call_step(*connection, "v3:abcdefgh", 1, "second"));

  EXPECT_EQ(find_call(*connection, "v3:abcdefgh")->value().ticket, "second");
  EXPECT_FALSE(*take_call_step(*connection, "v3:abcdefgh", 1, "third"));
  EXPECT_EQ(find_call(*connection, "v3:abcdefgh")->value().ticket, "second");
}

TEST_F(PhoneCallsTest, ANumberMayBeOfOneCarrierAlone) {
  PhoneNumber number{"+390612345678", "t1", "", 1};
  number.carrier = "plivo";
  ASSERT_TRUE(save_phone_number(*connection, number));
  EXPECT_EQ(find_phone_number(*connection, number.number)->value().carrier, "plivo");
  number.carrier.clear();
  ASSERT_TRUE(save_phone_number(*connection, number));
  EXPECT_EQ(list_phone_numbers(*connection, "t1")->at(0).carrier, "");
}

TEST_F(PhoneCallsTest, ANumberIsOneBusinesssUntilItIsRemoved) {
  const PhoneNumber number{"+390612345678", "t1", "receptionist", 1};
  EXPECT_TRUE(save_phone_number(*connection, number));
  auto changed = number;
  changed.pack = "crm";
  EXPECT_TRUE(save_phone_number(*connection, changed));
  auto stolen = number;
  stolen.tenant_id = "t2";
  EXPECT_EQ(save_phone_number(*connection, stolen).error().type, ErrorType::conflict);
  EXPECT_EQ(find_phone_number(*connection, number.number)->value().pack, "crm");
  EXPECT_TRUE(*remove_phone_number(*connection, number.number));
  EXPECT_FALSE(*remove_phone_number(*connection, number.number));
  EXPECT_TRUE(save_phone_number(*connection, stolen));
  EXPECT_EQ(list_phone_numbers(*connection, "t2")->size(), 1u);
}

}  // namespace
}  // namespace callosum::storage
