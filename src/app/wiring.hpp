#pragma once

#include <memory>
#include <vector>

#include "app/parts.hpp"
#include "realtime/embedding_model.hpp"

namespace callosum::channel::twilio {
struct Carrier;
}
namespace callosum::tool {
class AccountTokens;
namespace builtin {
class SessionTools;
}
}  // namespace callosum::tool

namespace callosum::app {

// The one place that names concrete parts. A new provider, gate or tool kind is one line in
// wiring.cpp.

/// What tool kinds stand on; outlives them.
struct KindGround {
  storage::Database& database;
  const config::Config& config;
  telemetry::Log& log;
  bool is_trial = false;  ///< manifests are tried away from the machine that they are for
  tool::builtin::SessionTools* sessions = nullptr;  ///< null: no conversation is held here
  tool::AccountTokens* accounts = nullptr;          ///< null: none can be connected
  telemetry::Metrics* metrics = nullptr;            ///< needed where there are `embeddings`
  /// What tells texts alike in meaning; null: nothing does.
  std::shared_ptr<realtime::EmbeddingModel> embeddings = nullptr;
};

/// The services where callers have accounts, and the origins of their APIs.
std::map<std::string, std::vector<std::string>> account_apis();
std::vector<std::unique_ptr<tool::ToolKind>> make_tool_kinds(const KindGround& ground);
/// The accounts that people connect; null where no service is configured. VALIDATION names the key
/// that is wrong.
Result<std::unique_ptr<tool::account::AccountBook>> make_account_book(Parts& parts);
/// In the order they are asked (DESIGN "The way of one tool call").
std::vector<std::unique_ptr<policy::Gate>> make_gates(Parts& parts);
/// The configured provider and those that take over from it, for sessions on this snapshot.
/// NOT_FOUND names the providers there are.
Result<std::vector<ProviderFactory>> make_providers(
    Parts& parts, const std::shared_ptr<const registry::Snapshot>& snapshot);
/// Whose calls the phone's doors take.
std::vector<const channel::twilio::Carrier*> phone_carriers();
/// The registry's exports that must carry every tool: what callers are shown, and those of the
/// providers that sessions may be given.
std::vector<std::string> exports_needed(const config::Config& config);

}  // namespace callosum::app
