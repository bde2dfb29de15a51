#include "pipeline/answer.hpp"

namespace callosum::pipeline {
namespace {

bool is_tools_fault(ErrorType type) {
  return type == ErrorType::timeout || type == ErrorType::transient ||
         type == ErrorType::permanent || type == ErrorType::internal ||
         type == ErrorType::invalid_output;
}

}  // namespace

CallView view_of(const policy::PreparedCall& prepared) {
  return {prepared.call, prepared.context,        prepared.tool,
          prepared.key,  prepared.arguments_hash, prepared.access};
}

std::shared_ptr<registry::Envelope> failed(Error error) {
  auto envelope = std::make_shared<registry::Envelope>();
  envelope->error = std::move(error);
  return envelope;
}

void fill_meta(registry::Envelope& envelope, const CallView& call,
               std::chrono::microseconds duration) {
  auto& meta = envelope.meta;
  meta.call_id = call.call.call_id;
  meta.duration = duration;
  if (call.context.snapshot) meta.registry_version = call.context.snapshot->version();
  meta.idempotency_key = call.key;
  if (!call.tool) return;
  meta.tool_id = call.tool->id;
  meta.tool_version = call.tool->version;
  const bool reads = call.access == registry::Access::read;
  meta.untrusted = envelope.ok() && call.tool->untrusted && reads;
  if (envelope.error && envelope.error->say.empty() && is_tools_fault(envelope.error->type)) {
    envelope.error->say = call.tool->say_on_failure;
  }
}

}  // namespace callosum::pipeline
