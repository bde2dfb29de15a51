#include "pipeline/audit.hpp"

#include "base/json_text.hpp"
#include "base/text.hpp"

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
  if (!r.account.empty()) writer.text("account", r.account);
  writer.whole("turn", static_cast<std::int64_t>(r.turn));
  writer.text("call_id", r.call_id);
  writer.text("key", r.key);
  writer.text("tool_id", r.tool);
  writer.text("tool_version", r.tool_version);
  writer.text("registry_version", r.registry_version);
  writer.text("access", r.access);
  writer.text("category", r.category);
  writer.text("arguments_hash", r.arguments_hash);
  writer.text("gate", r.gate);
  writer.text("outcome", r.outcome);
  writer.flag("ok", r.outcome == "ok");
  if (!r.reason.empty()) writer.text("failure_reason", r.reason);
  if (!r.effect.empty()) writer.text("effect", r.effect);
  if (!r.approved_by.empty()) writer.text("approved_by", r.approved_by);
  if (!r.consent.empty()) writer.text("consent", r.consent);
  writer.thousandths("duration_ms", r.duration.count());
  writer.whole("result_bytes", static_cast<std::int64_t>(r.result_bytes));
  writer.close();
  return out;
}

AuditRecord describe(const CallView& call, std::int64_t at_ms) {
  const auto& context = call.context;
  AuditRecord record;
  record.at_ms = at_ms;
  record.tenant_id = context.tenant_id;
  record.session_id = context.session_id;
  record.subject = context.subject;
  record.approved_by = context.approved_by;
  record.provider = context.provider;
  record.channel = registry::to_string(context.channel);
  record.mode = context.mode;
  record.turn = context.turn;
  record.call_id = call.call.call_id;
  record.key = call.key;
  record.arguments_hash = call.arguments_hash;
  record.registry_version = context.snapshot ? std::string_view(context.snapshot->version()) : "";
  record.access = registry::to_string(call.access);
  if (!call.tool) {
    // The model's own words: kept short.
    record.tool = cut_utf8(call.call.name, 64);
    return record;
  }
  record.tool = call.tool->id;
  if (!call.tool->account.empty()) record.account = context.account;
  record.tool_version = call.tool->version;
  record.category = registry::to_string(call.tool->category);
  record.latency_budget = call.tool->latency_budget;
  return record;
}

void close(AuditRecord& record, const registry::Envelope& envelope, std::size_t result_bytes) {
  record.outcome = envelope.ok() ? "ok" : to_string(envelope.error->type);
  if (!envelope.ok()) record.reason = envelope.error->message;
  record.duration = envelope.meta.duration;
  record.is_over_budget =
      record.latency_budget.count() > 0 && record.duration > record.latency_budget;
  record.result_bytes = result_bytes;
}

AuditEntry::AuditEntry(AuditSink& sink, const Clock& clock, const policy::PreparedCall& call)
    : sink_(sink), record_(describe(view_of(call), epoch_ms(clock.wall_now()))) {}

void AuditEntry::consented(std::string_view how, std::string by) {
  if (!how.empty()) record_.consent = how;
  if (by.empty()) return;
  agreed_by_ = std::move(by);
  record_.approved_by = agreed_by_;
}

AuditEntry::~AuditEntry() {
  if (closed_) return;
  record_.outcome = to_string(ErrorType::cancelled);
  sink_.write(record_, AuditPlace::queue);
}

void AuditEntry::close(const registry::Envelope& envelope, std::size_t result_bytes) {
  pipeline::close(record_, envelope, result_bytes);
  closed_ = true;
  sink_.write(record_, place_);
}

}  // namespace callosum::pipeline
