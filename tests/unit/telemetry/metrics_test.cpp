#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "base/text.hpp"

namespace callosum::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, CountToolCallsUnderTheirFixedNames) {
  Metrics metrics;

  metrics.count_tool_call(
      {"get_policies", "retrieval", "voice", true, "", std::chrono::microseconds(1500), 300});
  metrics.count_tool_call(
      {"get_policies", "retrieval", "voice", false, "TIMEOUT", std::chrono::milliseconds(400), 90});

  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("tool_calls_count_total{category=\"retrieval\",channel=\"voice\",ok="
                              "\"true\",tool=\"get_policies\"} 1"));
  EXPECT_THAT(text, HasSubstr("tool_calls_errors_total{tool=\"get_policies\",type=\"TIMEOUT\"} 1"));
  EXPECT_THAT(text, HasSubstr("tool_calls_latency_ms_bucket{tool=\"get_policies\",le=\"2.5\"} 1"));
  EXPECT_THAT(text, HasSubstr("tool_calls_latency_ms_count{tool=\"get_policies\"} 2"));
  EXPECT_THAT(text, HasSubstr("tool_calls_result_bytes_sum{tool=\"get_policies\"} 390"));
}

TEST(Metrics, GiveTheSameSeriesForTheSameLabels) {
  Metrics metrics;

  metrics.counter("refused_total", "Refused.", {{"why", "a"}}).add();
  metrics.counter("refused_total", "Refused.", {{"why", "a"}}).add(2);
  metrics.counter("refused_total", "Refused.", {{"why", "b"}}).add();

  EXPECT_THAT(metrics.render(), HasSubstr("refused_total{why=\"a\"} 3"));
  EXPECT_THAT(metrics.render(), HasSubstr("refused_total{why=\"b\"} 1"));
}

TEST(Metrics, HaveHandlesForWhatEveryFloorCounts) {
  Metrics metrics;

  metrics.sessions().add(2);
  metrics.sessions().add(-1);
  metrics.audio_frames_dropped("to_caller").add(5);
  metrics.provider_reconnects("openai").add();
  metrics.latency_budget_overruns("get_faqs").add();

  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("\nsessions 1"));
  EXPECT_THAT(text, HasSubstr("audio_frames_dropped_total{direction=\"to_caller\"} 5"));
  EXPECT_THAT(text, HasSubstr("provider_reconnects_total{provider=\"openai\"} 1"));
  EXPECT_THAT(text, HasSubstr("latency_budget_overruns_total{tool=\"get_faqs\"} 1"));
}

TEST(Metrics, StayBoundedWhenAStrangerInventsNames) {
  Metrics metrics;

  for (std::size_t i = 0; i < Metrics::kMaxSeries + 50; ++i) {
    metrics.count_tool_call(
        {"tool_" + std::to_string(i), "retrieval", "voice", false, "NOT_FOUND", {}, 1});
  }

  EXPECT_THAT(metrics.render(),
              HasSubstr("tool_calls_errors_total{tool=\"other\",type=\"other\"} 50"));
}

TEST(Metrics, KeepBadLabelValuesOutOfTheText) {
  Metrics metrics;

  metrics.counter("a_total", "A.", {{"x", "\xff\xfe"}}).add();
  metrics.counter("b_total", "B.", {{"x", std::string(500, 'x')}}).add();
  metrics.counter("c_total", "C.", {{"x", "a\"b\nc\\"}}).add();

  const auto text = metrics.render();
  EXPECT_TRUE(is_valid_utf8(text));
  EXPECT_THAT(text, HasSubstr("a_total{x=\"other\"} 1"));
  EXPECT_THAT(text, HasSubstr("b_total{x=\"other\"} 1"));
  EXPECT_THAT(text, HasSubstr("c_total{x=\"a\\\"b\\nc\\\\\"} 1"));
}

TEST(Metrics, RefuseANameThatPrometheusWouldNotRead) {
  Metrics metrics;

  EXPECT_THROW(metrics.counter("bad name", "B."), std::invalid_argument);
  EXPECT_THROW(metrics.counter("ok_total", "B.", {{"le", "1"}}), std::invalid_argument);
  EXPECT_THAT(metrics.render(), Not(HasSubstr("bad")));
}

TEST(Metrics, AreCountedRightFromManyThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;

  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5000; ++n) {
        metrics.count_tool_call({"t", "action", "text", true, "", std::chrono::microseconds(1), 1});
        if (n % 500 == 0) metrics.render();
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_THAT(metrics.render(), HasSubstr("ok=\"true\",tool=\"t\"} 20000"));
}

}  // namespace
}  // namespace callosum::telemetry
