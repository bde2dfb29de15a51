#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/executor.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
#include "policy/chain.hpp"
#include "policy/channel.hpp"
#include "policy/consent.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/loaded.hpp"
#include "policy/loop_breaker.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "policy/provenance.hpp"
#include "policy/rate.hpp"
#include "policy/role.hpp"
#include "sql_confirmations.hpp"
#include "virtual_world.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// What a test's tool does: waits, then answers or fails; counts its runs and remembers its
/// arguments.
struct ToolScript {
  std::chrono::milliseconds takes{0};
  json::value data = json::object{{"done", true}};
  std::optional<Error> error;
  std::vector<registry::IntentRequest> intents;
  bool is_whole = true;
  bool hangs = false;
  std::chrono::milliseconds unwinds_for{0};  ///< once it is cancelled
  int runs = 0;
  int finished = 0;
  std::vector<std::string> arguments;
  /// Answers instead of `data`, where there is one.
  std::function<Result<json::value>(const tool::Invocation&)> act;
};

class ScriptedHandler final : public tool::ToolHandler {
 public:
  ScriptedHandler(ToolScript& script, async::TimeSource& time) : script_(script), time_(time) {}

  boost::asio::awaitable<Result<tool::ToolOutput>> run(const tool::Invocation& invocation,
                                                       async::Deadline) override;

 private:
  boost::asio::awaitable<void> work();

  ToolScript& script_;
  async::TimeSource& time_;
};

/// Makes a handler for every tool from the scripts of a test, by the tool's name.
class ScriptedKind final : public tool::ToolKind {
 public:
  ScriptedKind(std::map<std::string, ToolScript>& scripts, async::TimeSource& time)
      : scripts_(scripts), time_(time) {}
  std::string_view name() const override { return "scripted"; }
  Result<std::unique_ptr<tool::ToolHandler>> make(const registry::ToolSpec& tool,
                                                  const registry::Pack&) override;

 private:
  std::map<std::string, ToolScript>& scripts_;
  async::TimeSource& time_;
};

class MemoryAudit final : public pipeline::AuditSink {
 public:
  void write(const pipeline::AuditRecord& record, pipeline::AuditPlace) override;
  std::vector<std::string> lines;
  std::vector<std::string> consents;     ///< of each line
  std::vector<std::string> approvers;    ///< likewise
  std::vector<std::string> over_budget;  ///< tools that took longer than they should
};

registry::ToolSpec make_tool(std::string name);

/// An executor with the real gates over scripted tools.
class ToolWorld {
 public:
  explicit ToolWorld(std::vector<registry::ToolSpec> tools, pipeline::ExecutorLimits limits = {},
                     policy::ChannelBudget spend = {.turn = {.retrieval_calls = 20, .calls = 30}});
  ~ToolWorld();

  registry::CallContext context() const;
  /// A short id is made as long as providers' are, so that it counts as one.
  pipeline::CallRequest request(std::string call_id, std::string name,
                                std::string arguments = "{}") const;
  /// The context of a request, to be changed.
  static registry::CallContext& edit(pipeline::CallRequest& request);

  registry::Envelope run(pipeline::CallRequest call);

  VirtualWorld world;
  std::map<std::string, ToolScript> scripts;
  MemoryAudit audit;
  std::unique_ptr<ScriptedKind> kind;
  std::shared_ptr<const pipeline::Catalog> catalog;
  std::shared_ptr<policy::SessionCalls> calls = std::make_shared<policy::SessionCalls>();
  policy::OwnershipGate ownership;
  policy::DuplicateGate duplicate;
  policy::KnownGate known;
  policy::ChannelGate channel;
  policy::AccessGate access;
  policy::LoadedGate loaded;
  policy::RoleGate role;
  policy::AssuranceGate assurance;
  policy::MembershipGate membership;
  policy::ArgumentsGate arguments;
  policy::ProvenanceGate provenance;
  policy::ChainGate chain;
  policy::RateGate rate{policy::RateLimits{}};
  policy::LoopBreakerGate loops;
  std::unique_ptr<policy::BudgetGate> budget;
  SeededRandom random{11};
  SqlConfirmations confirmations{world.time(), random};
  policy::ConsentGate consent{{world.time(), random, nullptr, &confirmations}};
  std::unique_ptr<pipeline::Executor> executor;
};

}  // namespace callosum::testing
