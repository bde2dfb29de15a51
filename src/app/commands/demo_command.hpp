#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "app/call/telephone.hpp"
#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "base/random.hpp"
#include "config/load.hpp"

namespace callosum::app {

class Gateway;

/// `callosum demo`: a gateway with demo businesses and the offline voice; no key, no server, no
/// question asked. Its credentials are good on this machine only.
class DemoCommand final : public Command {
 public:
  explicit DemoCommand(Random& random, Output output = standard_output(),
                       config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  bool is_for_its_output() const override { return false; }
  int run() override;

 private:
  Result<config::Config> configure() const;
  Result<std::unique_ptr<Gateway>> prepare();
  Result<std::string> leave_credentials(Gateway& gateway);
  /// Says so where a demo that still runs had left its address.
  void note_other_demo(const std::string& other, const std::string& own);
  void take_credentials_back();
  void say_hello(Gateway& gateway, const std::string& token);

  Random& random_;
  Output output_;
  config::Environment env_;
  std::string listen_ = "127.0.0.1:8080";
  std::string data_;
  std::string packs_;
  std::vector<std::string> sets_;
  std::vector<std::pair<std::filesystem::path, std::string>> left_;  // files, and what is in them
  TelephoneLine telephone_;  // nothing in it: no phone is set up
  CLI::App* verb_ = nullptr;
};

}  // namespace callosum::app
