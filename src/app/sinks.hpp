#pragma once

#include "pipeline/audit.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// Counts each record, warns of what took longer than its tool should, then hands it on.
class CountingAudit final : public pipeline::AuditSink {
 public:
  CountingAudit(telemetry::Metrics& metrics, telemetry::Log& log, pipeline::AuditSink& next)
      : metrics_(metrics),
        log_(log),
        next_(next),
        records_(metrics.counter("audit_chain_records_total",
                                 "Records that calls of this process added to the audit.")) {}
  void write(const pipeline::AuditRecord& record, pipeline::AuditPlace place) override;
  bool is_strict() const override { return next_.is_strict(); }
  boost::asio::awaitable<bool> settled(async::Deadline deadline) override {
    return next_.settled(deadline);
  }

 private:
  void tell_slow(const pipeline::AuditRecord& record);

  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  pipeline::AuditSink& next_;
  telemetry::Counter records_;
};

}  // namespace callosum::app
