#include "pipeline/audit.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::pipeline {

std::string encode_text(const AuditRecord& r) {
  return json::serialize(
      json::object{{"event", "tool_execution"},
                   {"at_ms", r.at_ms},
                   {"tenant_id", r.tenant_id},
                   {"session_id", r.session_id},
                   {"subject", r.subject},
                   {"provider", r.provider},
                   {"channel", r.channel},
                   {"mode", r.mode},
                   {"turn", r.turn},
                   {"call_id", r.call_id},
                   {"tool_id", r.tool},
                   {"tool_version", r.tool_version},
                   {"registry_version", r.registry_version},
                   {"access", r.access},
                   {"category", r.category},
                   {"arguments_hash", r.arguments_hash},
                   {"gate", r.gate},
                   {"outcome", r.outcome},
                   {"ok", r.outcome == "ok"},
                   {"duration_ms", static_cast<double>(r.duration.count()) / 1000},
                   {"result_bytes", r.result_bytes}});
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
  record_.registry_version = context.snapshot ? context.snapshot->version() : "";
  record_.access = registry::to_string(call.access);
  if (!call.tool) {
    record_.tool = call.call.name.substr(0, 64);  // the model's own words: kept short
    return;
  }
  record_.tool = call.tool->id;
  record_.tool_version = call.tool->version;
  record_.category = registry::to_string(call.tool->category);
}

AuditEntry::~AuditEntry() {
  if (closed_) return;
  record_.outcome = to_string(ErrorType::cancelled);
  sink_.write(record_);
}

void AuditEntry::close(const registry::Envelope& envelope, std::size_t result_bytes) {
  record_.outcome = envelope.ok() ? "ok" : to_string(envelope.error->type);
  record_.duration = envelope.meta.duration;
  record_.result_bytes = result_bytes;
  closed_ = true;
  sink_.write(record_);
}

}  // namespace callosum::pipeline
