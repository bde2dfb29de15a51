#include "app/sinks.hpp"

namespace callosum::app {

void CountingAudit::write(const pipeline::AuditRecord& record, pipeline::AuditPlace place) {
  telemetry::ToolCallSample sample;
  // What a model invented must not become a label.
  sample.tool = record.tool_version.empty() ? "unknown" : std::string_view(record.tool);
  sample.category = record.category.empty() ? "unknown" : std::string_view(record.category);
  sample.channel = record.channel;
  sample.ok = record.outcome == "ok";
  if (!sample.ok) sample.error_type = record.outcome;
  sample.latency = record.duration;
  sample.result_bytes = record.result_bytes;
  metrics_.count_tool_call(sample);
  records_.add();
  if (record.is_over_budget) tell_slow(record);
  next_.write(record, place);
}

void CountingAudit::tell_slow(const pipeline::AuditRecord& record) {
  metrics_.latency_budget_overruns(record.tool).add();
  log_.warn("latency_budget_overrun",
            {{"session_id", record.session_id},
             {"tool", record.tool},
             {"call_id", record.call_id},
             {"duration_ms", static_cast<double>(record.duration.count()) / 1000},
             {"budget_ms", record.latency_budget.count()}});
}

}  // namespace callosum::app
