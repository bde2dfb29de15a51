#include "pipeline/recover.hpp"

#include "pipeline/audit.hpp"
#include "storage/audit_chain.hpp"
#include "storage/ledger.hpp"

namespace callosum::pipeline {
namespace {

registry::Envelope unknown_outcome(const storage::LedgerCall& call) {
  registry::Envelope envelope;
  envelope.error = fail(ErrorType::outcome_unknown,
                        "the gateway ended while that was being done; it is not certain whether it "
                        "was; check before doing it again");
  envelope.meta.tool_id = call.tool_id;
  envelope.meta.tool_version = call.tool_version;
  envelope.meta.registry_version = call.registry_version;
  envelope.meta.idempotency_key = call.call_key;
  return envelope;
}

AuditRecord record_of(const storage::LedgerCall& call, std::int64_t now_ms) {
  AuditRecord record;
  record.at_ms = now_ms;
  record.tenant_id = call.tenant_id;
  record.session_id = call.session_id;
  record.subject = call.subject;
  record.provider = call.provider;
  record.turn = call.turn;
  record.key = call.call_key;
  record.tool = call.tool_id;
  record.tool_version = call.tool_version;
  record.registry_version = call.registry_version;
  record.arguments_hash = call.arguments_hash;
  record.effect = to_string(storage::CallState::unknown);
  return record;
}

}  // namespace

Result<std::size_t> recover_calls(storage::sqlite::Connection& connection, std::int64_t now_ms) {
  const auto open = storage::started_calls(connection);
  if (!open) return open.error();
  for (const auto& entry : *open) {
    const auto envelope = unknown_outcome(entry.call);
    const auto moved =
        storage::move_call(connection, entry.id, storage::CallState::started,
                           storage::CallState::unknown, registry::encode_text(envelope), now_ms);
    if (!moved) return moved.error();
    auto record = record_of(entry.call, now_ms);
    close(record, envelope, 0);
    storage::AuditGroup group{entry.call.tenant_id, {}, 0};
    group.add(encode_text(record));
    const auto noted = storage::append_audit(connection, group);
    if (!noted) return noted.error();
  }
  return open->size();
}

}  // namespace callosum::pipeline
