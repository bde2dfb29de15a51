#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

/// `callosum tools list|show|lint|export`: what the registry makes of the packs, without any
/// server.
class ToolsCommand final : public Command {
 public:
  /// What the composition root has to say of a snapshot: it compiles each tool's `run`. For lint.
  using Accept = std::function<std::vector<registry::LoadProblem>(const registry::Snapshot&)>;

  explicit ToolsCommand(Output output = standard_output(), Accept accept = {});
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  int list(const registry::Snapshot& snapshot) const;
  int show(const registry::Snapshot& snapshot) const;
  int lint() const;
  int export_tools(const registry::Snapshot& snapshot) const;
  registry::LoadOutcome load() const;

  Output output_;
  Accept accept_;
  std::vector<std::string> folders_;
  std::vector<std::string> styles_;
  std::string name_;
  std::string consumer_;
  std::vector<std::string> consumers_;  ///< of lint
  bool json_ = false;
  bool report_ = false;
  CLI::App* verb_ = nullptr;
  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* lint_ = nullptr;
  CLI::App* export_ = nullptr;
};

}  // namespace callosum::app
