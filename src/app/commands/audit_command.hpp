#pragma once

#include <string>
#include <vector>

#include "app/commands/command.hpp"
#include "app/commands/output.hpp"
#include "config/load.hpp"

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::app {

/// `callosum audit verify|export`: reads the audit of a data folder, also beside a running gateway.
class AuditCommand final : public Command {
 public:
  explicit AuditCommand(Output output = standard_output(),
                        config::Environment env = config::process_environment());
  void add_to(CLI::App& app) override;
  bool is_selected() const override;
  int run() override;

 private:
  Result<int> verify(storage::sqlite::Connection& connection);
  /// How many heads that the log has recorded are in no chain any more.
  Result<int> verify_recorded(storage::sqlite::Connection& connection);
  Result<int> export_all(storage::sqlite::Connection& connection);
  Result<std::string> tenant_id(storage::sqlite::Connection& connection) const;

  Output output_;
  config::LoadRequest config_;
  std::string data_;
  std::string tenant_;
  std::vector<std::string> heads_;
  std::string heads_file_;
  CLI::App* group_ = nullptr;
  CLI::App* verify_ = nullptr;
  CLI::App* export_ = nullptr;
};

}  // namespace callosum::app
