#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/attack/attack.hpp"
#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// `callosum tools attack`: a worst model against these packs, in this process, on a temporary copy
/// of the data. Answers 1 where it got anything.
class AttackCommand final : public Command {
 public:
  explicit AttackCommand(Output output = standard_output(),
                         config::Environment env = config::process_environment());
  /// After `tools` has been added.
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  /// The configuration, on the copy in this folder.
  Result<config::Config> configure(const std::filesystem::path& folder);
  Result<int> attack(const std::filesystem::path& folder);

  Output output_;
  config::LoadRequest config_;
  std::vector<std::string> folders_;
  std::string tenant_;
  std::string data_;
  bool json_ = false;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
