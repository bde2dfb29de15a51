#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/prepared_call.hpp"
#include "registry/envelope.hpp"

namespace callosum::pipeline {

/// One record a call, refused ones too. Arguments and results appear as hash and size only. The
/// texts are the call's own: they live until `AuditSink::write` returns.
struct AuditRecord {
  std::int64_t at_ms = 0;  ///< UTC, when the call came
  std::string_view tenant_id, session_id, subject, provider, channel, mode;
  std::string_view call_id, tool, tool_version, registry_version;
  std::string_view arguments_hash;
  std::string_view access, category;
  std::string_view gate;     ///< the one that decided; empty: the tool ran
  std::string_view outcome;  ///< "ok", or the error's type
  std::uint64_t turn = 0;
  std::chrono::microseconds duration{0};
  std::chrono::milliseconds latency_budget{0};  ///< the tool's soft one; 0: there is no tool
  bool is_over_budget = false;
  std::size_t result_bytes = 0;
};

std::string encode_text(const AuditRecord& record);  ///< one JSON object

/// Where records go. `write` does not wait; the sink commits in groups.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void write(const AuditRecord& record) = 0;
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
  void close(const registry::Envelope& envelope, std::size_t result_bytes);

 private:
  AuditSink& sink_;
  AuditRecord record_;
  bool closed_ = false;
};

}  // namespace callosum::pipeline
