#pragma once

#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

/// `callosum tools modes`: what a model's list of tools costs at the start and in each mode, beside
/// all of them at once, for each consumer, in tokens.
class ModesCommand final : public Command {
 public:
  explicit ModesCommand(Output output = standard_output());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Output output_;
  std::vector<std::string> folders_;
  std::string pack_;
  bool json_ = false;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
