#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/answer.hpp"
#include "storage/ledger.hpp"

namespace callosum::pipeline {

/// One record a call, refused ones too. Arguments and results appear as hash and size only. The
/// texts are the call's own: they live until `AuditSink::write` returns.
struct AuditRecord {
  std::int64_t at_ms = 0;  ///< UTC, when the call came
  std::string_view tenant_id, session_id, subject, provider, channel, mode;
  std::string_view account;  ///< that was acted in; empty: the tool acts in none
  std::string_view call_id, key, tool, tool_version, registry_version;
  std::string_view arguments_hash;
  std::string_view access, category;
  std::string_view gate;         ///< the one that decided; empty: the tool ran
  std::string_view outcome;      ///< "ok", or the error's type
  std::string_view reason;       ///< the error's message
  std::string_view effect;       ///< of a write that ran: the ledger's state; else empty
  std::string_view approved_by;  ///< whoever applied what `subject` had proposed, or confirmed it
  std::string_view consent;      ///< how it was consented to; empty: it was not asked
  std::uint64_t turn = 0;
  std::chrono::microseconds duration{0};
  std::chrono::milliseconds latency_budget{0};  ///< the tool's soft one; 0: there is no tool
  bool is_over_budget = false;
  std::size_t result_bytes = 0;
};

std::string encode_text(const AuditRecord& record);  ///< one JSON object

/// The beginning of a call's record, and its end.
AuditRecord describe(const CallView& call, std::int64_t at_ms);
void close(AuditRecord& record, const registry::Envelope& envelope, std::size_t result_bytes);

/// Whether a record is in the ledger's transaction already, or still to be kept.
enum class AuditPlace : std::uint8_t { queue, ledger };

/// Where records go. `write` does not wait; the sink commits in groups what is not kept yet.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void write(const AuditRecord& record, AuditPlace place) = 0;
  /// Whether no answer may leave before its record is durable, reads' and refusals' too.
  virtual bool is_strict() const { return false; }
  /// Waits for that. False: it cannot be written.
  virtual boost::asio::awaitable<bool> settled(async::Deadline) { co_return true; }
};

/// A record that is written however the call ends: `CANCELLED` when its frame unwinds before
/// `close`.
class AuditEntry {
 public:
  /// `call` outlives the entry.
  AuditEntry(AuditSink& sink, const Clock& clock, const policy::PreparedCall& call);
  ~AuditEntry();
  AuditEntry(const AuditEntry&) = delete;
  AuditEntry& operator=(const AuditEntry&) = delete;

  void refused_by(std::string_view gate) { record_.gate = gate; }
  /// `how` is a literal, empty where nobody was asked; `by` is empty where that is not on record.
  void consented(std::string_view how, std::string by);
  std::string_view consent() const { return record_.consent; }
  const std::string& agreed_by() const { return agreed_by_; }
  void ended(storage::CallState effect) { record_.effect = to_string(effect); }
  /// It is in the ledger already.
  void kept() { place_ = AuditPlace::ledger; }
  bool is_kept() const { return place_ == AuditPlace::ledger; }
  void close(const registry::Envelope& envelope, std::size_t result_bytes);

 private:
  AuditSink& sink_;
  AuditRecord record_;
  std::string agreed_by_;
  AuditPlace place_ = AuditPlace::queue;
  bool closed_ = false;
};

}  // namespace callosum::pipeline
