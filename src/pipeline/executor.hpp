#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "async/task_group.hpp"
#include "pipeline/audit.hpp"
#include "pipeline/catalog.hpp"
#include "pipeline/result_cache.hpp"
#include "pipeline/write_record.hpp"
#include "policy/gate.hpp"

namespace callosum::pipeline {

/// What one call may take, by the channel that the caller came in by.
struct CallLimits {
  std::size_t max_result_bytes = 16 * 1024;  ///< of `data`
  std::chrono::milliseconds tool_time{0};    ///< the handler's deadline; 0: the tool's own
};

struct ExecutorLimits {
  std::array<CallLimits, registry::kLimitSets> channels{};  ///< by registry::limit_set_of
  std::chrono::milliseconds turn_time{20000};  ///< the handler's deadline never passes this
  std::size_t max_running = 1024;              ///< calls at once on this thread; beyond: TRANSIENT
};

/// Everything a call needs besides its own words. The catalog pins the snapshot.
struct CallRequest {
  registry::ToolCall call;
  std::shared_ptr<const registry::CallContext> context;
  std::shared_ptr<policy::SessionCalls> calls;
  std::shared_ptr<const Catalog> catalog;
};

/// What an executor stands on; references outlive it.
struct ExecutorParts {
  async::TimeSource& time;
  std::vector<policy::Gate*> gates;  ///< in the order that they are asked in
  AuditSink& audit;
  ExecutorLimits limits{};
  Ledger* ledger = nullptr;      ///< null: writes are not recorded (benches, unit tests)
  ResultCache* cache = nullptr;  ///< null: nothing is cached
};

/// Decides whether a call may run, runs it, and answers it once. Owns its calls: a session may go
/// away and its calls end as their tools declare. One a thread; gates, audit and catalogs are
/// shared.
class Executor {
 public:
  using Ticket = std::uint64_t;
  /// The envelope's meta names the call; it lives until the function returns, or as long as shared.
  using Answer = std::shared_ptr<const registry::Envelope>;
  using OnAnswer = std::function<void(const Answer&)>;

  Executor(boost::asio::any_io_executor executor, ExecutorParts parts);

  /// Starts a call. `on_answer` is called once, on this thread, unless forgotten before; for a call
  /// that need not wait that is before `submit` returns.
  Ticket submit(CallRequest request, OnAnswer on_answer);
  /// The caller interrupted or hung up: `abort` tools are cut and answer CANCELLED, others run to
  /// their end.
  void interrupt(Ticket ticket);
  /// The session goes away: nobody waits for the answer any more; then as `interrupt`.
  void forget(Ticket ticket);
  std::size_t running() const { return running_.size(); }

  /// The same, awaited: for doors that wait for the answer themselves.
  boost::asio::awaitable<registry::Envelope> run(CallRequest request);
  /// Ends what may be cut and waits for the rest.
  boost::asio::awaitable<void> drain(async::Deadline deadline);

 private:
  struct Running {
    std::size_t task = 0;
    OnAnswer on_answer;
    const registry::ToolSpec* tool = nullptr;
    std::shared_ptr<const Catalog> catalog;  // keeps `tool`
  };
  /// Whether an answer stands for its call's id from now on: it does; another one's does; the call
  /// may be made again.
  enum class Standing : std::uint8_t { final, other, again };
  /// How a call ended.
  struct Outcome {
    std::shared_ptr<registry::Envelope> envelope;  // not by value: it would fill every frame
    std::size_t result_bytes = 0;
    Standing standing = Standing::final;
    bool is_in_its_place = false;  // a gate's answer: the tool has not run
    bool is_whole = true;          // see ToolOutput
  };

  boost::asio::awaitable<void> perform(Ticket ticket, CallRequest request);
  /// One call while it is executed; lives in perform's frame.
  struct Run {
    const CallRequest& request;
    const policy::PreparedCall& prepared;
    AuditEntry& entry;
    std::shared_ptr<WriteRecord> record{};           // of a write
    std::int64_t ledger_id = 0;                      // once it is started there
    bool waits_for_another = false;                  // of the same id
    std::optional<async::Deadline> tool_deadline{};  // from when the tool was first wanted
  };

  boost::asio::awaitable<Outcome> decide_and_run(Run& run);
  boost::asio::awaitable<Outcome> invoke(Run& run);
  boost::asio::awaitable<Outcome> run_once(Run& run);
  boost::asio::awaitable<Outcome> read(Run& run);
  boost::asio::awaitable<Outcome> read_cached(Run& run);
  Outcome from_cache(const Run& run, const ResultCache::Cached& cached) const;
  void forget_results(const Run& run) const;
  async::Deadline tool_deadline(Run& run) const;
  boost::asio::awaitable<Result<tool::ToolOutput>> handle(Run& run);
  Outcome finish(const Run& run, Result<tool::ToolOutput> output) const;
  // A write, by what its kind can promise.
  boost::asio::awaitable<Outcome> write(Run& run, bool records_within);
  static boost::asio::awaitable<Outcome> refuse_write(Error error);
  boost::asio::awaitable<Outcome> write_within(Run& run);
  boost::asio::awaitable<Outcome> write_between(Run& run);
  boost::asio::awaitable<bool> keep_end(Run& run, registry::Envelope& envelope,
                                        std::size_t result_bytes);
  boost::asio::awaitable<std::shared_ptr<registry::Envelope>> abandon(Run& run,
                                                                      std::exception_ptr why);
  static Standing standing_of_refusal(const policy::Gate& gate, const registry::Envelope& envelope);
  static Error error_of(const std::exception_ptr& why);
  static Outcome done_before(const storage::LedgerEntry& earlier, const Run& run);
  static void settle(const policy::PreparedCall& prepared, const Outcome& outcome,
                     const Answer& answer);
  const CallLimits& limits_of(const Run& run) const;
  void deliver(Ticket ticket, const Answer& answer);

  boost::asio::any_io_executor executor_;
  async::TimeSource& time_;
  std::vector<policy::Gate*> gates_;
  AuditSink& audit_;
  ExecutorLimits limits_;
  Ledger* ledger_;
  ResultCache* cache_;
  async::TaskGroup tasks_;
  std::unordered_map<Ticket, Running> running_;
  Ticket next_ticket_ = 1;
};

}  // namespace callosum::pipeline
