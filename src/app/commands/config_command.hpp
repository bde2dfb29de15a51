#pragma once

#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// `--config FILE` and `--set KEY=VALUE`, as serve and config take them.
void add_config_options(CLI::App& verb, config::LoadRequest& request);

/// `callosum config`: what would be in force, secrets masked, and where each value came from.
class ConfigCommand final : public Command {
 public:
  explicit ConfigCommand(Output output = standard_output(),
                         config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Output output_;
  config::LoadRequest request_;
  bool reference_ = false;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
