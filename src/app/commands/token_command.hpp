#pragma once

#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "app/demo_files.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// `callosum token`: a token for the demo of a data folder, signed with that demo's own key, alone
/// on the last line.
class TokenCommand final : public Command {
 public:
  /// `clock` and `random` outlive it.
  TokenCommand(const Clock& clock, Random& random, Output output = standard_output(),
               config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Result<std::string> mint();
  Result<DemoTokenRequest> choose() const;
  /// For a tenant that the demo's own list does not hold: of its database.
  Result<DemoTokenRequest> choose_added(DemoTokenRequest request) const;

  const Clock& clock_;
  Random& random_;
  Output output_;
  std::string data_;
  std::string pack_;
  std::string tenant_;
  std::string phone_;
  std::vector<std::string> roles_;
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
