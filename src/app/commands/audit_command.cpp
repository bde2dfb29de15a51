#include "app/commands/audit_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/commands/config_command.hpp"
#include "base/json.hpp"
#include "storage/audit_chain.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::app {

using storage::sqlite::Connection;

AuditCommand::AuditCommand(Output output, config::Environment env) : output_(std::move(output)) {
  config_.env = std::move(env);
  config_.needs_secrets = false;
}

void AuditCommand::add_to(CLI::App& app) {
  group_ = app.add_subcommand("audit", "The record of every call");
  group_->require_subcommand(1);
  verify_ =
      group_->add_subcommand("verify", "Is every record as it was written, and none missing?");
  verify_
      ->add_option("--head", heads_,
                   "A hash that an earlier verify printed: records up to it must still be there")
      ->type_name("HASH");
  export_ = group_->add_subcommand("export", "Every record, one JSON object a line");
  export_->add_option("--tenant", tenant_, "Of one business: slug or id")->type_name("T");
  for (auto* verb : {verify_, export_}) {
    add_config_options(*verb, config_);
    verb->add_option("--data", data_, "The data folder of a gateway here")->type_name("DIR");
  }
}

bool AuditCommand::is_selected() const { return group_ && group_->parsed(); }

Result<int> AuditCommand::verify(Connection& connection) {
  const auto chains = storage::verify_audit(connection);
  if (!chains) return chains.error();
  int status = 0;
  for (const auto& chain : *chains) {
    const auto name = chain.tenant_id.empty() ? "(no business)" : chain.tenant_id;
    output_.out(name + "  " + std::to_string(chain.records) + " records  " + chain.head + "\n");
    if (chain.problem.empty()) continue;
    output_.err("callosum audit verify: " + name + ": " + chain.problem + "\n");
    status = 1;
  }
  for (const auto& head : heads_) {
    const auto known = storage::knows_audit_head(connection, head);
    if (!known) return known.error();
    if (*known) continue;
    output_.err("callosum audit verify: no chain holds " + head + ": records were cut off\n");
    status = 1;
  }
  return status;
}

Result<std::string> AuditCommand::tenant_id(Connection& connection) const {
  if (tenant_.empty()) return std::string();
  const auto rows = connection.query(
      "SELECT id FROM tenants WHERE id = lower(:t) OR slug = lower(:t)", {{"t", tenant_}});
  if (!rows) return rows.error();
  if (rows->empty()) return fail(ErrorType::not_found, "there is no business " + tenant_);
  return std::string(text_at(rows->front().as_object(), "id"));
}

Result<int> AuditCommand::export_all(Connection& connection) {
  const auto tenant = tenant_id(connection);
  if (!tenant) return tenant.error();
  const auto done = storage::export_audit(connection, *tenant, [this](std::string_view line) {
    output_.out(std::string(line) + "\n");
    return true;
  });
  if (!done) return done.error();
  return 0;
}

int AuditCommand::run() {
  const std::string verb =
      verify_->parsed() ? "callosum audit verify: " : "callosum audit export: ";
  if (!data_.empty()) config_.sets.insert(config_.sets.begin(), "data=" + data_);
  const auto config = config::config_or_error(config::load(config_));
  if (!config) {
    output_.err(verb + config.error().message + "\n");
    return 1;
  }
  const std::filesystem::path file = config->database_or_default();
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    output_.err(verb + "there is no database " + file.string() +
                "; name the gateway's folder with --data, or its --config\n");
    return 1;
  }
  const auto connection =
      Connection::open({.path = file, .mode = storage::sqlite::OpenMode::read_only});
  if (!connection) {
    output_.err(verb + connection.error().message + "\n");
    return 1;
  }
  const auto status = verify_->parsed() ? verify(**connection) : export_all(**connection);
  if (status) return *status;
  output_.err(verb + status.error().message + " " + status.error().detail + "\n");
  return 1;
}

}  // namespace callosum::app
