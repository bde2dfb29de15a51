// A media stream as the caller's side of a session, under virtual time.
#include "channel/twilio/phone_link.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "memory_ws.hpp"
#include "virtual_world.hpp"

namespace callosum::channel::twilio {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::VirtualWorld;

std::string delta(std::chrono::milliseconds span) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(span.count()) * 8, 0x11);
  return json::serialize(json::object{{"type", "response.output_audio.delta"},
                                      {"response_id", "resp_1"},
                                      {"item_id", "item_1"},
                                      {"content_index", 0},
                                      {"delta", encode_base64(bytes)}});
}

class PhoneLinkTest : public ::testing::Test {
 protected:
  explicit PhoneLinkTest(bool keeps_words = true) {
    auto pair = testing::make_memory_ws_pair(world.executor());
    far = std::move(pair.client);
    LineOpening opening;
    opening.stream = "MZ1";
    storage::CallRecord before;
    before.call_sid = "CA1";
    PhoneLinkParts parts{world.time(),
                         std::move(pair.server),
                         std::move(opening),
                         std::move(before),
                         [this](storage::CallRecord record) { kept.push_back(std::move(record)); },
                         60s,
                         keeps_words,
                         budget,
                         std::make_shared<registry::Destinations>(
                             registry::Destinations{{"front desk", "+12125550123"}}),
                         [this](EndedCall call) { ended.push_back(std::move(call)); }};
    link = make_phone_link(std::move(parts));
  }
  Result<realtime::EventType> next(std::chrono::milliseconds patience = 1s) {
    auto work = [](session::CallerLink& caller,
                   async::Deadline deadline) -> asio::awaitable<Result<realtime::EventType>> {
      auto waiting = caller.next(deadline);
      const auto frame = co_await std::move(waiting);
      if (!frame) co_return frame.error();
      co_return frame->type;
    };
    return world.run(work(*link, world.in(patience)));
  }
  int close(std::uint16_t code, std::chrono::seconds patience = 2s, std::string reason = {}) {
    auto work = [](session::CallerLink& caller, std::uint16_t with, std::string why,
                   async::Deadline deadline) -> asio::awaitable<int> {
      auto closing = caller.close(with, std::move(why), deadline);
      co_await std::move(closing);
      co_return 0;
    };
    return world.run(work(*link, code, std::move(reason), world.in(patience)));
  }
  const storage::CallRecord& last() const { return kept.back(); }

  VirtualWorld world;
  std::shared_ptr<net::QueueBudget> budget = std::make_shared<net::QueueBudget>(400'000);
  std::unique_ptr<net::WsConnection> far;
  std::vector<storage::CallRecord> kept;
  std::vector<EndedCall> ended;
  std::unique_ptr<session::CallerLink> link;
};

TEST_F(PhoneLinkTest, BeginsAsAClientDoes) {
  EXPECT_EQ(*next(), realtime::EventType::session_update);
  EXPECT_EQ(next().error().type, ErrorType::timeout);
  ASSERT_FALSE(kept.empty());
  EXPECT_GT(kept.front().answered_at_ms, 0);
}

TEST_F(PhoneLinkTest, PlaysItsLastWordsToTheEndBeforeItCloses) {
  next();
  ASSERT_TRUE(link->send(delta(5s), net::FrameKind::audio));
  const auto before = world.time().now();

  close(1000, link->farewell());

  EXPECT_GE(world.time().now() - before, 5s);
  EXPECT_EQ(last().outcome, "completed");
  EXPECT_TRUE(last().is_conversed_out);
}

TEST_F(PhoneLinkTest, OfACallInWhichNobodySpokeTheOutcomeSaysSo) {
  next();
  ASSERT_TRUE(link->send(delta(2s), net::FrameKind::audio));
  const auto before = world.time().now();

  close(1000, link->farewell(), std::string(session::kNobodySpeaks));

  EXPECT_GE(world.time().now() - before, 2s);
  EXPECT_EQ(last().outcome, "silent");
  EXPECT_TRUE(last().is_conversed_out);
}

TEST_F(PhoneLinkTest, ItsGoodbyeTakesNoLongerThanItMay) {
  next();
  ASSERT_TRUE(link->send(delta(25s), net::FrameKind::audio));
  const auto before = world.time().now();
  close(1000, 4s);
  EXPECT_LE(world.time().now() - before, 4s);
  EXPECT_GE(world.time().now() - before, 3s);
}

TEST_F(PhoneLinkTest, WhatWaitsToBePlayedIsOfTheBudget) {
  next();
  ASSERT_TRUE(link->send(delta(20s), net::FrameKind::audio));
  EXPECT_GT(budget->used(), 100'000u);
  link.reset();
  EXPECT_EQ(budget->used(), 0u);
}

TEST_F(PhoneLinkTest, WhereTheBudgetIsSpentWhatIsToBePlayedGoes) {
  next();
  ASSERT_TRUE(link->send(delta(60s), net::FrameKind::audio));
  next(200ms);
  EXPECT_LT(budget->used(), budget->most());
  EXPECT_GT(link->dropped_audio_frames(), 0u);
}

TEST_F(PhoneLinkTest, GoesOnWithWhomItWasTransferredToOnceItsLastWordsWereHeard) {
  next();
  ASSERT_TRUE(link->send(delta(3s), net::FrameKind::audio));
  link->transfer_to("front desk");
  EXPECT_EQ(last().transfer_to, "");
  const auto before = world.time().now();

  close(1000, link->farewell());

  EXPECT_GE(world.time().now() - before, 3s);
  EXPECT_EQ(last().outcome, "transferred");
  EXPECT_EQ(last().transfer_to, "+12125550123");
  EXPECT_FALSE(last().is_conversed_out);
}

TEST_F(PhoneLinkTest, IsTransferredToNobodyThatTheNumberDoesNotName) {
  next();
  for (const auto* other : {"+19005550100", "Front Desk", ""}) link->transfer_to(other);
  close(1000, link->farewell());
  EXPECT_EQ(last().outcome, "completed");
  EXPECT_EQ(last().transfer_to, "");
}

TEST_F(PhoneLinkTest, IsNotTransferredByAFaultOfOursNorWhenTheCallerHasGone) {
  next();
  link->transfer_to("front desk");
  close(1011);
  EXPECT_EQ(last().outcome, "failed");
  EXPECT_EQ(last().transfer_to, "");
}

TEST_F(PhoneLinkTest, AFaultOfOursIsNotTheEndOfTheConversation) {
  next();
  ASSERT_TRUE(link->send(delta(5s), net::FrameKind::audio));
  const auto before = world.time().now();
  close(1011);
  EXPECT_LT(world.time().now() - before, 3s);
  EXPECT_EQ(last().outcome, "failed");
  EXPECT_FALSE(last().is_conversed_out);
}

TEST_F(PhoneLinkTest, ACallerWhoHangsUpHasHungUp) {
  next();
  far->send(R"({"event":"stop","sequenceNumber":"9","streamSid":"MZ1","stop":{}})");
  EXPECT_EQ(next().error().type, ErrorType::transient);
  close(1000);
  EXPECT_EQ(last().outcome, "caller_hung_up");
}

TEST_F(PhoneLinkTest, ACallLastsNoLongerThanCallsMay) {
  next();
  EXPECT_EQ(next(61s).error().type, ErrorType::permanent);
  close(1000);
  EXPECT_EQ(last().outcome, "too_long");
  EXPECT_TRUE(last().is_conversed_out);
}

TEST_F(PhoneLinkTest, WhatIsSaidIsWrittenDownWithinAMoment) {
  next();
  link->send(R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"i",)"
             R"("transcript":"hello there"})",
             net::FrameKind::control);
  next(700ms);
  EXPECT_NE(last().transcript.find("hello there"), std::string::npos);
}

/// Where no words are kept.
class ForgetfulLinkTest : public PhoneLinkTest {
 protected:
  ForgetfulLinkTest() : PhoneLinkTest(false) {}
};

TEST_F(ForgetfulLinkTest, WhoJudgesACallIsToldOnceWhatTheCallerSaid) {
  next();
  link->send(R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"i",)"
             R"("transcript":"hello there","callosum":{"confidence":0.7,"words":2}})",
             net::FrameKind::control);
  EXPECT_TRUE(ended.empty());
  close(1000);
  link.reset();

  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].said, std::vector<std::string>{"hello there"});
  EXPECT_EQ(ended[0].record.call_sid, "CA1");
  EXPECT_EQ(ended[0].record.outcome, "completed");
  EXPECT_EQ(ended[0].record.transcript, "[]");
  EXPECT_EQ(last().transcript, "[]");
  EXPECT_EQ(last().confidence, 0.7);
}

TEST_F(PhoneLinkTest, WhoJudgesACallIsToldOfOneThatEndsInNoOrder) {
  next();
  link.reset();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].record.outcome, "failed");
}

}  // namespace
}  // namespace callosum::channel::twilio
