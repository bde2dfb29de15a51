#pragma once

#include "app/call/telephone.hpp"
#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "app/commands/remote.hpp"
#include "base/result.hpp"
#include "config/load.hpp"

namespace CLI {
class Option;
}

namespace callosum::app {

/// `callosum call`: places a call to a gateway as a browser would, or by telephone, and tells what
/// happens.
class CallCommand final : public Command {
 public:
  explicit CallCommand(Output output = standard_output(),
                       config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  /// All that can be known to be wrong before the call.
  Result<CallOptions> prepare();
  int dial();

  Output output_;
  config::Environment env_;
  std::string file_;
  std::string text_;
  RemoteGateway gateway_;
  std::string save_;
  std::string ca_file_;
  bool json_ = false;
  bool phone_ = false;
  bool mulaw_ = false;
  TelephoneCall telephone_;
  bool confirm_ = false;
  CLI::App* verb_ = nullptr;
  CLI::Option* typed_ = nullptr;
};

}  // namespace callosum::app
