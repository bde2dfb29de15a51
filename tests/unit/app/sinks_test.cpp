#include "app/sinks.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace callosum::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Keeps each line's event and first text fields.
class MemoryLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel) const noexcept override { return true; }
  std::vector<std::string> lines;

 protected:
  void write(telemetry::LogLevel, std::string_view event,
             telemetry::LogFields fields) noexcept override {
    std::string line(event);
    for (const auto& field : fields) {
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        line += " " + std::string(field.key) + "=" + std::to_string(*number);
      }
      if (const auto* number = std::get_if<double>(&field.value)) {
        line += " " + std::string(field.key) + "=" + fmt::format("{}", *number);
      }
    }
    lines.push_back(std::move(line));
  }
};

class Forgetful final : public pipeline::AuditSink {
 public:
  void write(const pipeline::AuditRecord&, pipeline::AuditPlace) override { ++records; }
  int records = 0;
};

TEST(CountingAudit, WarnsOfCallsThatTookLongerThanTheirToolShould) {
  telemetry::Metrics metrics;
  MemoryLog log;
  Forgetful next;
  CountingAudit audit(metrics, log, next);
  pipeline::AuditRecord record;
  record.tool = "shop.stock";
  record.tool_version = "1.0.0";
  record.outcome = "ok";
  record.latency_budget = 200ms;
  record.duration = 150ms;
  audit.write(record, pipeline::AuditPlace::queue);
  const auto before = metrics.render();
  record.duration = 200'900us;
  record.is_over_budget = true;

  audit.write(record, pipeline::AuditPlace::queue);

  EXPECT_THAT(before, Not(HasSubstr("latency_budget_overruns")));
  EXPECT_THAT(metrics.render(), HasSubstr("latency_budget_overruns_total{tool=\"shop.stock\"} 1"));
  EXPECT_THAT(log.lines, ElementsAre("latency_budget_overrun duration_ms=200.9 budget_ms=200"));
  EXPECT_EQ(next.records, 2);
}

}  // namespace
}  // namespace callosum::app
