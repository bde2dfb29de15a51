#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/auth/client_secret_store.hpp"
#include "api/auth/origin_policy.hpp"
#include "app/call_scores.hpp"
#include "app/editions.hpp"
#include "app/sinks.hpp"
#include "app/user_watch.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "channel/twilio/stream_tokens.hpp"
#include "config/config.hpp"
#include "net/admission.hpp"
#include "net/queue_budget.hpp"
#include "pipeline/audit_store.hpp"
#include "pipeline/confirmations.hpp"
#include "pipeline/executor.hpp"
#include "pipeline/proposals.hpp"
#include "policy/enablement.hpp"
#include "policy/gate.hpp"
#include "session/load_book.hpp"
#include "session/session_board.hpp"
#include "session/session_slots.hpp"
#include "session/session_store.hpp"
#include "session/usual_times.hpp"
#include "storage/call_log.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "tool/account/sign_ins.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::app {

/// Everything that the threads of one process share. Built once by `make_parts`, in the order of
/// the members.
struct Parts {
  config::Config config;
  bool is_demo = false;
  async::SystemTime time;
  SystemRandom random;
  std::unique_ptr<telemetry::Log> log;
  telemetry::Metrics metrics;
  std::unique_ptr<storage::Database> database;
  session::SessionBoard board;  ///< tells live conversations what happens outside of them
  std::unique_ptr<session::SessionStore> sessions;
  std::unique_ptr<storage::CallLog> call_log;
  std::unique_ptr<CallScores> call_scores;  ///< null: calls are not judged
  channel::twilio::StreamTokens stream_tokens{time, random};
  std::unique_ptr<session::LoadBook> load_book;
  session::UsualTimes usual_times;                       ///< of tools, in this process
  std::unique_ptr<UserWatch> user_watch;                 ///< null: no conversations are held
  std::unique_ptr<tool::account::AccountBook> accounts;  ///< null: none can be connected
  std::unique_ptr<tool::account::SignIns> sign_ins;      ///< null: the same
  std::vector<std::unique_ptr<tool::ToolKind>> kinds;
  /// By name, of every provider in the configuration.
  std::map<std::string, std::shared_ptr<session::ProviderBreaker>> breakers;
  std::unique_ptr<Editions> editions;
  policy::Enablement enablement;
  std::vector<std::unique_ptr<policy::Gate>> gates;
  std::unique_ptr<pipeline::AuditStore> audit_store;
  std::unique_ptr<CountingAudit> audit;
  std::unique_ptr<pipeline::Ledger> ledger;
  std::unique_ptr<pipeline::Proposals> proposals;
  std::unique_ptr<pipeline::Confirmations> confirmations;
  std::unique_ptr<pipeline::ResultCache> cache;
  std::unique_ptr<api::auth::ClientSecretStore> secrets;
  std::unique_ptr<api::auth::Authenticator> authenticator;
  std::unique_ptr<api::auth::OriginPolicy> origins;
  session::SessionSlots slots;
  std::shared_ptr<net::Admission> admission = std::make_shared<net::Admission>();
  std::shared_ptr<net::QueueBudget> queue_budget;  ///< of what slow readers are sent
  std::atomic<bool> is_ready{false};

  Parts() = default;
  ~Parts();  ///< first of all, the book lets go of the editions that it keeps
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  std::vector<policy::Gate*> gate_list() const;
  pipeline::ExecutorParts executor_parts();
};

struct PartsOptions {
  config::Config config;
  bool is_demo = false;
  bool with_provider = true;  ///< false: tools only, as for a command
  /// False: tools that are not of our own database are compiled and reach nobody.
  bool reaches_backends = true;
};

/// Reads the packs, opens the database, compiles every tool: an error says all that is wrong, with
/// file and line.
Result<std::unique_ptr<Parts>> make_parts(PartsOptions options);

}  // namespace callosum::app
