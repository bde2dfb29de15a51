#include "pipeline/audit.hpp"

#include "base/json_text.hpp"

namespace callosum::pipeline {

std::string encode_text(const AuditRecord& r) {
  std::string out;
  out.reserve(640);
  JsonObjectWriter writer(out);
  writer.text("event", "tool_execution");
  writer.whole("at_ms", r.at_ms);
  writer.text("tenant_id", r.tenant_id);
  writer.text("session_id", r.session_id);
  writer.text("subject", r.subject);
  writer.text("provider", r.provider);
  writer.text("channel", r.channel);
  writer.text("mode", r.mode);
  writer.whole("turn", static_cast<std::int64_t>(r.turn));
  writer.text("call_id", r.call_id);
  writer.text("tool_id", r.tool);
  writer.text("tool_version", r.tool_version);
  writer.text("registry_version", r.registry_version);
  writer.text("access", r.access);
  writer.text("category", r.category);
  writer.text("arguments_hash", r.arguments_hash);
  writer.text("gate", r.gate);
  writer.text("outcome", r.outcome);
  writer.flag("ok", r.outcome == "ok");
  writer.thousandths("duration_ms", r.duration.count());
  writer.whole("result_bytes", static_cast<std::int64_t>(r.result_bytes));
  writer.close();
  return out;
}

AuditEntry::AuditEntry(AuditSink& sink, const Clock& clock, const policy::PreparedCall& call)
    : sink_(sink) {
  const auto& context = call.context;
  record_.at_ms = epoch_ms(clock.wall_now());
  record_.tenant_id = context.tenant_id;
  record_.session_id = context.session_id;
  record_.subject = context.subject;
  record_.provider = context.provider;
  record_.channel = registry::to_string(context.channel);
  record_.mode = context.mode;
  record_.turn = context.turn;
  record_.call_id = call.call.call_id;
  record_.arguments_hash = call.arguments_hash;
  record_.registry_version = context.snapshot ? std::string_view(context.snapshot->version()) : "";
  record_.access = registry::to_string(call.access);
  if (!call.tool) {
    record_.tool =
        std::string_view(call.call.name).substr(0, 64);  // the model's own words: kept short
    return;
  }
  record_.tool = call.tool->id;
  record_.tool_version = call.tool->version;
  record_.category = registry::to_string(call.tool->category);
  record_.latency_budget = call.tool->latency_budget;
}

AuditEntry::~AuditEntry() {
  if (closed_) return;
  record_.outcome = to_string(ErrorType::cancelled);
  sink_.write(record_);
}

void AuditEntry::close(const registry::Envelope& envelope, std::size_t result_bytes) {
  record_.outcome = envelope.ok() ? "ok" : to_string(envelope.error->type);
  record_.duration = envelope.meta.duration;
  record_.is_over_budget =
      record_.latency_budget.count() > 0 && record_.duration > record_.latency_budget;
  record_.result_bytes = result_bytes;
  closed_ = true;
  sink_.write(record_);
}

}  // namespace callosum::pipeline
