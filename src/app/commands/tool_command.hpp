#pragma once

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "app/commands/remote.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// `callosum tool run NAME --args JSON`: one tool through the executor and its gates, at a running
/// gateway (`--to`, or the demo's) or, with --config, in this process. The envelope goes to
/// standard output.
class ToolCommand final : public Command {
 public:
  explicit ToolCommand(Output output = standard_output(),
                       config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Result<std::string> run_there();
  Result<std::string> run_here();

  Output output_;
  config::Environment env_;
  std::string name_;
  std::string args_ = "{}";
  RemoteGateway gateway_;
  std::string tenant_;
  std::string account_;
  std::string phone_;
  std::vector<std::string> roles_;
  config::LoadRequest config_;
  bool json_ = false;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
