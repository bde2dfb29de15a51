// What is written down of a call.
#include "channel/twilio/call_recorder.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "phone_line_world.hpp"

namespace callosum::channel::twilio {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(CallRecorder, PutsWhatComesBehindWhatWasWrittenBefore) {
  storage::CallRecord before;
  before.transcript =
      R"([{"role":"assistant","text":"hello","item_id":"a"},{"role":"user","text":"hi","item_id":"b"}])";
  CallRecorder record(before, WallTime{1s});
  record.placed("c");
  record.said("back again", "d", WallTime{2s});
  record.heard("where were we", "c", WallTime{3s});

  EXPECT_THAT(texts_of(record.take().transcript),
              ::testing::ElementsAre("hello", "hi", "where were we", "back again"));
}

TEST(CallRecorder, WordsOfAnItemThatIsLongForgottenComeLast) {
  CallRecorder record({}, WallTime{1s});
  record.placed("old");
  for (int i = 0; i < 100; ++i) record.said("x", "item_" + std::to_string(i), WallTime{2s});
  record.heard("late", "old", WallTime{3s});
  record.heard("nameless", "", WallTime{3s});

  const auto texts = texts_of(record.take().transcript);

  ASSERT_EQ(texts.size(), 102u);
  EXPECT_EQ(texts[100], "late");
  EXPECT_EQ(texts[101], "nameless");
}

TEST(CallRecorder, GoesOnWithWhatWasWrittenBefore) {
  storage::CallRecord before;
  before.call_sid = "CA1";
  before.transcript = R"([{"role":"user","text":"hello","item_id":"a"}])";
  before.outcome = "failed";
  before.ended_at_ms = 5;
  before.answered_at_ms = 1;
  const WallTime now{1s};
  CallRecorder record(before, now);
  record.heard("again", "b", now);
  const auto kept = record.take();
  EXPECT_THAT(kept.transcript, HasSubstr("hello"));
  EXPECT_THAT(kept.transcript, HasSubstr("again"));
  EXPECT_EQ(kept.outcome, "");
  EXPECT_EQ(kept.answered_at_ms, 1);
  EXPECT_FALSE(record.is_dirty());
}

realtime::Confidence sure(double each, std::int64_t words) {
  realtime::Confidence out;
  out.add(each, words);
  return out;
}

TEST(CallRecorder, WritesDownHowSureTheEarsWere) {
  const WallTime now{1s};
  CallRecorder record({}, now);
  EXPECT_EQ(record.take().confidence, std::nullopt);
  record.heard("when are you open", "a", now, sure(0.9, 4));
  record.heard("on Friday", "b", now, sure(0.6, 2));
  record.heard("hm", "c", now);  // of which they said nothing
  const auto kept = record.take();

  EXPECT_EQ(kept.confidence, 0.8);
  EXPECT_THAT(kept.timeline, HasSubstr(R"("text":"on Friday","confidence":6E-1,"words":2)"));
}

TEST(CallRecorder, OfACallThatGoesOnItIsTheSameMean) {
  const WallTime now{1s};
  CallRecorder first({}, now, false);
  first.heard("when are you open", "a", now, sure(0.9, 4));
  first.ended("failed", false, now);
  auto before = first.take();
  before.sentiment = 0.5;
  CallRecorder second(before, now, false);
  EXPECT_EQ(second.take().sentiment, std::nullopt);
  EXPECT_EQ(second.take().confidence, 0.9);
  second.heard("on Friday", "b", now, sure(0.6, 2));

  EXPECT_EQ(second.take().confidence, 0.8);
}

TEST(CallRecorder, OfATimelineThatSomebodySpoiltNothingIsKnown) {
  storage::CallRecord before;
  before.timeline = R"([7,{"kind":"heard","confidence":7,"words":1},{"confidence":0.5,"words":-1},)"
                    R"({"kind":"heard","confidence":0.5,"words":2}])";
  CallRecorder record(before, WallTime{1s});
  record.heard("yes", "a", WallTime{1s}, sure(1, 2));

  EXPECT_EQ(record.take().confidence, 0.75);
}

TEST(CallRecorder, TellsWhatTheCallerSaidUntilThatIsForgotten) {
  const WallTime now{1s};
  CallRecorder record({}, now, false);
  record.heard("my number is 555", "a", now);
  record.said("one moment", "b", now);
  record.heard("thank you", "c", now);

  EXPECT_THAT(record.said_by_caller(), ::testing::ElementsAre("my number is 555", "thank you"));
  EXPECT_FALSE(record.has_ended());
  record.ended("completed", true, now);
  EXPECT_TRUE(record.has_ended());
  EXPECT_THAT(record.said_by_caller(), ::testing::IsEmpty());
}

TEST(CallRecorder, KeepsNoWordsWhereNoneAreToBeKept) {
  const WallTime now{1s};
  CallRecorder record({}, now, false);
  record.heard("my number is 555", "a", now);
  record.called("find", R"({"q":"secret"})", now);
  record.said("one moment", "b", now);
  record.ended("completed", true, now);
  const auto kept = record.take();
  EXPECT_EQ(kept.transcript, "[]");
  EXPECT_EQ(kept.intent, "find");
  EXPECT_THAT(kept.timeline, HasSubstr(R"("kind":"heard")"));
  for (const auto* word : {"555", "secret", "moment"}) {
    EXPECT_THAT(kept.timeline + kept.tool_history, ::testing::Not(HasSubstr(word)));
  }
}

TEST(CallRecorder, TellsOfALongCallOnlyWhatIsNewAndLosesNothing) {
  const WallTime now{1s};
  storage::CallRecord before;
  before.transcript = R"([{"role":"user","text":"hello","item_id":"a"}])";
  CallRecorder record(before, now);
  storage::CallRecord whole;
  std::size_t longest = 0;
  for (int i = 0; i < 400; ++i) {
    record.said("words number " + std::to_string(i), "item_" + std::to_string(i), now);
    if (i % 50 == 20) record.cut("item_" + std::to_string(i), 100ms, 200ms, now);
    if (i % 7 != 0) continue;
    auto news = record.take();
    if (i > 0) longest = std::max(longest, news.transcript.size());
    storage::lay_over(whole, std::move(news));
  }
  storage::lay_over(whole, record.take());

  const auto turns = parse_strict(whole.transcript).value().as_array();
  ASSERT_EQ(turns.size(), 401u);
  for (int i = 0; i < 400; ++i) {
    const auto text = "words number " + std::to_string(i);
    const auto is_cut = i % 50 == 20;
    EXPECT_EQ(turns[static_cast<std::size_t>(i) + 1].at("text"), is_cut ? "words" : text.c_str());
  }
  EXPECT_EQ(whole.kept.transcript, 0u);
  EXPECT_LT(longest, whole.transcript.size() / 4);
  EXPECT_EQ(parse_strict(whole.timeline).value().as_array().size(), 408u);
}

TEST(CallRecorder, KeepsNoMoreThanItsBounds) {
  CallRecorder record({}, WallTime{1s});
  for (int i = 0; i < 3000; ++i) record.heard(std::string(200, 'x'), "", WallTime{2s});
  const auto kept = record.take();
  EXPECT_LE(kept.transcript.size() + kept.timeline.size(), 1u << 20);
  EXPECT_GT(kept.left_out, 0);
}

}  // namespace
}  // namespace callosum::channel::twilio
