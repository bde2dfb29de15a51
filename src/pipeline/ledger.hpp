#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "async/time_source.hpp"
#include "pipeline/audit.hpp"
#include "policy/act_store.hpp"
#include "storage/audit_chain.hpp"
#include "storage/ledger.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::pipeline {

/// How a recorded call ended.
struct CallEnd {
  storage::CallState state = storage::CallState::done;
  std::string answer;         ///< the envelope's text
  storage::AuditGroup audit;  ///< its record, durable with it
};

/// The durable record of calls that change something. Every method is one synced transaction.
class Ledger final : public policy::ActStore {
 public:
  Ledger(storage::Database& database, async::TimeSource& time);

  /// TRANSIENT, in words for the caller, while nothing can be recorded.
  Result<void> can_start() const;

  /// What stands for this call, or this act, already; else the call is `started`, durably, under
  /// `id`. Where its outcome is unknown it is started again only if it `may_be_sent_again`.
  struct Begun {
    std::int64_t id = 0;
    std::optional<storage::LedgerEntry> earlier;
  };
  boost::asio::awaitable<Result<Begun>> start(storage::LedgerCall call, bool may_be_sent_again,
                                              async::Deadline deadline);
  /// Of a started call.
  boost::asio::awaitable<Result<void>> end(std::int64_t id, CallEnd end, async::Deadline deadline);
  /// Of a started call whose end could not be kept: `unknown`, with the answer that was given, as
  /// soon as the disk takes it.
  void end_later(std::int64_t id, std::string answer);
  /// Of a call that was never started: what a kind with a recorder could not do. Where it turns out
  /// to be done after all, says so.
  boost::asio::awaitable<Result<std::optional<storage::LedgerEntry>>> end_unstarted(
      storage::LedgerCall call, CallEnd end, async::Deadline deadline);
  boost::asio::awaitable<std::shared_ptr<const registry::Envelope>> answer_of(
      const policy::PreparedCall& call) override;

  std::int64_t now_ms() const { return epoch_ms(time_.wall_now()); }

 private:
  storage::Database& database_;
  async::TimeSource& time_;
  struct LateEnds;
  const std::shared_ptr<LateEnds> late_;
};

}  // namespace callosum::pipeline
