#pragma once

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "app/commands/remote.hpp"
#include "config/load.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

/// `callosum tenant add|list`: the businesses of a gateway; of a running one (`--to`, or the
/// demo's) or, with --config, --set or --data, straight in the configured database.
class TenantCommand final : public Command {
 public:
  explicit TenantCommand(Output output = standard_output(),
                         config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  void add_common(CLI::App& verb);
  bool is_here() const;
  /// The answer as the gateway gives it: a record, or `{tenants}`.
  Result<std::string> add_there();
  Result<std::string> add_here();
  Result<std::string> list_here();
  Result<std::string> list_there();
  Result<config::Config> configure();
  void print(const std::string& answer);

  Output output_;
  config::LoadRequest config_;
  RemoteGateway gateway_;
  storage::Tenant tenant_;
  std::string data_;
  bool json_ = false;
  CLI::App* group_ = nullptr;
  CLI::App* add_ = nullptr;
  CLI::App* list_ = nullptr;
};

}  // namespace callosum::app
