#pragma once

#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

/// `callosum tools diff`: the packs against those of before, against a registry.lock, or as two
/// consumers are shown them. Ends with 0 where nothing differs, 1 where something does, 2 where it
/// cannot be said, as diff does.
class DiffCommand final : public Command {
 public:
  explicit DiffCommand(Output output = standard_output());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  int against_lock(const registry::Snapshot& snapshot) const;
  int against_packs(const registry::Snapshot& snapshot) const;
  int between_consumers(const registry::Snapshot& snapshot) const;
  int say(const std::string& problem) const;

  Output output_;
  std::vector<std::string> folders_;
  std::vector<std::string> consumers_;
  std::string before_;
  bool json_ = false;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
