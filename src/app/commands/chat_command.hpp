#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "app/commands/remote.hpp"
#include "base/result.hpp"
#include "config/load.hpp"

namespace callosum::app {

class TypedLines;

/// `callosum chat`: a conversation with a gateway in the terminal, typed. Shows the calls of tools
/// and what is refused as it happens, and before each line how many tools are loaded.
class ChatCommand final : public Command {
 public:
  explicit ChatCommand(Output output = standard_output(),
                       config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Result<CallOptions> prepare();
  /// The next that is meant for the model.
  boost::asio::awaitable<std::optional<std::string>> next_line(TypedLines& lines);
  void show_prompt();
  /// What is meant for this program and not for the model.
  bool take_command(const std::string& line);

  Output output_;
  config::Environment env_;
  RemoteGateway gateway_;
  std::string ca_file_;
  bool json_ = false;
  std::string tools_;  // that are loaded
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
