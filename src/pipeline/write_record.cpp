#include "pipeline/write_record.hpp"

#include "pipeline/answer.hpp"
#include "pipeline/output_check.hpp"

namespace callosum::pipeline {

using registry::Envelope;
using storage::CallState;

namespace {

CallState state_of(const Envelope& envelope) {
  if (envelope.ok() || envelope.error_extra.contains("partial_side_effects")) {
    return CallState::done;
  }
  return envelope.error->type == ErrorType::outcome_unknown ? CallState::unknown
                                                            : CallState::failed;
}

std::string undoings_of(const registry::ToolSpec& tool) {
  json::object out;
  for (const auto& [name, field] : tool.undone_by) out[tool.pack + "." + name] = field;
  return json::serialize(out);
}

}  // namespace

storage::LedgerCall ledger_call(const policy::PreparedCall& prepared) {
  const auto& context = prepared.context;
  storage::LedgerCall call;
  call.tenant_id = context.tenant_id;
  call.session_id = context.session_id;
  call.provider = context.provider;
  call.call_key = prepared.key;
  call.arguments_hash = prepared.arguments_hash;
  call.act = prepared.act;
  if (!call.act.empty()) call.undone_by = undoings_of(*prepared.tool);
  call.tool_id = prepared.tool->id;
  call.tool_version = prepared.tool->version;
  call.registry_version = context.snapshot ? context.snapshot->version() : "";
  call.subject = context.subject;
  call.turn = context.turn;
  call.arguments = prepared.canonical;
  return call;
}

WriteRecord::WriteRecord(const Subject& subject, Ledger& ledger, async::TimeSource& time)
    : context_(subject.context),
      catalog_(subject.catalog),
      tool_(*subject.prepared.tool),
      tool_call_(subject.prepared.call),
      access_(subject.prepared.access),
      max_result_bytes_(subject.max_result_bytes),
      consent_(subject.consent),
      agreed_by_(subject.agreed_by),
      call_(ledger_call(subject.prepared)),
      ledger_(ledger),
      time_(time),
      start_(time.now()),
      at_ms_(epoch_ms(time.wall_now())) {}

CallEnd WriteRecord::end_with(Envelope& envelope, std::size_t result_bytes) const {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - start_);
  const CallView view{tool_call_, *context_, &tool_, call_.call_key, call_.arguments_hash, access_};
  fill_meta(envelope, view, took);
  auto record = describe(view, at_ms_);
  record.consent = consent_;
  if (!agreed_by_.empty()) record.approved_by = agreed_by_;
  close(record, envelope, result_bytes);
  const auto state = state_of(envelope);
  record.effect = to_string(state);
  CallEnd end{state, registry::encode_text(envelope), {context_->tenant_id, {}, 0}};
  end.audit.add(encode_text(record));
  return end;
}

Result<void> WriteRecord::begin(storage::sqlite::Connection& connection) {
  auto earlier = storage::find_call(connection, call_);
  if (!earlier) return earlier.error();
  if (!*earlier) return {};
  earlier_ = std::move(**earlier);
  return fail(ErrorType::conflict, "that was done before");
}

Result<void> WriteRecord::end(storage::sqlite::Connection& connection, const json::value& data) {
  auto envelope = std::make_shared<Envelope>();
  envelope->data = data;
  result_bytes_ = check_output(tool_, max_result_bytes_, *envelope);
  // What the tool returns is not what its manifest promises: the change must not stand.
  if (!envelope->ok()) return *envelope->error;
  const auto end = end_with(*envelope, result_bytes_);
  const auto opened =
      storage::open_call(connection, {0, call_, end.state, end.answer}, ledger_.now_ms());
  if (!opened) return opened.error();
  const auto noted = storage::append_audit(connection, end.audit);
  if (!noted) return noted.error();
  envelope_ = std::move(envelope);
  return {};
}

std::shared_ptr<Envelope> answer_again(const storage::LedgerEntry& earlier,
                                       const policy::PreparedCall& call) {
  const bool is_same_call = earlier.call.call_key == call.key;
  const bool asks_the_same =
      earlier.call.tool_id == call.tool->id && earlier.call.arguments_hash == call.arguments_hash;
  if (is_same_call && !asks_the_same) {
    return failed(fail(ErrorType::conflict, "this call was made before with other arguments"));
  }
  switch (earlier.state) {
    case CallState::done:
    case CallState::failed: {
      auto envelope = registry::decode_envelope(earlier.answer);
      if (!envelope) return failed(envelope.error());
      return std::make_shared<Envelope>(std::move(*envelope));
    }
    case CallState::unknown:
      return failed(fail(ErrorType::outcome_unknown,
                         "it is not certain whether that was done; check before doing it again"));
    case CallState::planned:
    case CallState::started:
      break;
  }
  return failed(fail(ErrorType::conflict, "that is being done already; wait for its result"));
}

}  // namespace callosum::pipeline
