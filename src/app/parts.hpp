#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/auth/client_secret_store.hpp"
#include "api/auth/origin_policy.hpp"
#include "app/sinks.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "config/config.hpp"
#include "pipeline/catalog.hpp"
#include "pipeline/executor.hpp"
#include "policy/gate.hpp"
#include "realtime/model_port.hpp"
#include "registry/registry.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::app {

/// A way to reach one configured provider.
struct ProviderFactory {
  std::function<std::unique_ptr<realtime::ModelPort>()> make;
  std::string export_name;  ///< the registry's export that its tool lists are compiled with
  std::string voice;
};

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
  std::vector<std::unique_ptr<tool::ToolKind>> kinds;
  std::shared_ptr<const pipeline::Catalog> catalog;
  std::vector<std::unique_ptr<policy::Gate>> gates;
  std::unique_ptr<FileAudit> file_audit;
  std::unique_ptr<CountingAudit> audit;
  std::unique_ptr<api::auth::ClientSecretStore> secrets;
  std::unique_ptr<api::auth::Authenticator> authenticator;
  std::unique_ptr<api::auth::OriginPolicy> origins;
  std::shared_ptr<void> provider_state;  ///< what the provider's ports share
  ProviderFactory provider;
  std::atomic<bool> is_ready{false};

  std::vector<policy::Gate*> gate_list() const;
  pipeline::ExecutorLimits executor_limits() const;
};

struct PartsOptions {
  config::Config config;
  bool is_demo = false;
  bool with_provider = true;  ///< false: tools only, as for a command
};

/// Reads the packs, opens the database, compiles every tool: an error says all that is wrong, with
/// file and line.
Result<std::unique_ptr<Parts>> make_parts(PartsOptions options);

}  // namespace callosum::app
