#include "app/commands/audit_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "app/commands/config_command.hpp"
#include "base/json.hpp"
#include "storage/audit_chain.hpp"
#include "storage/migrations.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::app {

using storage::sqlite::Connection;

namespace {

std::string shown(const std::string& tenant_id) {
  return tenant_id.empty() ? "(no business)" : tenant_id;
}

/// Of a line of the log; nothing where it is of something else.
std::optional<storage::AuditHead> read_head(const std::string& line) {
  const auto parsed = parse_strict(line);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  if (!fields || text_at(*fields, "event") != "audit_head") return std::nullopt;
  const auto* seq = fields->if_contains("seq");
  if (!seq || !seq->is_int64()) return std::nullopt;
  return storage::AuditHead{std::string(text_at(*fields, "tenant_id")), seq->get_int64(),
                            std::string(text_at(*fields, "hash"))};
}

}  // namespace

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
  verify_
      ->add_option(
          "--heads", heads_file_,
          "Lines of the gateway's JSON log: records up to each audit_head in it must still "
          "be there")
      ->type_name("FILE");
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
    const auto name = shown(chain.tenant_id);
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
  const auto gaps = storage::find_ledger_gaps(connection);
  if (!gaps) return gaps.error();
  for (const auto& gap : *gaps) {
    output_.err("callosum audit verify: " + shown(gap.tenant_id) + ": " + gap.problem + "\n");
    status = 1;
  }
  if (heads_file_.empty()) return status;
  const auto missing = verify_recorded(connection);
  if (!missing) return missing.error();
  return *missing > 0 ? 1 : status;
}

Result<int> AuditCommand::verify_recorded(Connection& connection) {
  std::ifstream in(heads_file_);
  if (!in) return fail(ErrorType::not_found, "--heads: " + heads_file_ + " cannot be read");
  int found = 0, missing = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.find("audit_head") == std::string::npos) continue;
    const auto head = read_head(line);
    if (!head) continue;
    ++found;
    const auto cut = storage::find_cut(connection, *head);
    if (!cut) return cut.error();
    if (cut->empty()) continue;
    output_.err("callosum audit verify: " + shown(head->tenant_id) + ": " + *cut + "\n");
    ++missing;
  }
  if (found > 0) return missing;
  return fail(ErrorType::validation, "--heads: " + heads_file_ +
                                         " holds no audit_head; expected lines of a log written "
                                         "with log.format: json");
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
  const auto read = [&](Connection& file) -> Result<int> {
    const auto current = storage::check_current(file);
    if (!current) return current.error();
    return verify_->parsed() ? verify(file) : export_all(file);
  };
  const auto status = read(**connection);
  if (status) return *status;
  output_.err(verb + status.error().message + " " + status.error().detail + "\n");
  return 1;
}

}  // namespace callosum::app
