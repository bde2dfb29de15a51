#pragma once

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// `callosum serve`: the gateway as configured, until a signal.
class ServeCommand final : public Command {
 public:
  explicit ServeCommand(Output output = standard_output(),
                        config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  bool is_for_its_output() const override { return false; }
  int run() override;

 private:
  Output output_;
  config::LoadRequest request_;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
