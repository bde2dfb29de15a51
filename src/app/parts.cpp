#include "app/parts.hpp"

#include <filesystem>

#include "app/wiring.hpp"
#include "tool/sql/install.hpp"

namespace callosum::app {
namespace {

Error report(const std::vector<registry::LoadProblem>& problems) {
  std::string text = std::to_string(problems.size()) +
                     (problems.size() == 1 ? " problem" : " problems") + " in the packs:";
  for (const auto& problem : problems) text += "\n  " + problem.to_string();
  return fail(ErrorType::validation, text);
}

Result<void> load_catalog(Parts& parts) {
  const std::vector<std::filesystem::path> folders(parts.config.packs.begin(),
                                                   parts.config.packs.end());
  auto loaded = registry::load_packs(folders, {"openai"});
  if (!loaded.snapshot) return report(loaded.problems);
  for (const auto& warning : loaded.warnings) {
    parts.log->warn("manifest_warning", {{"problem", warning.to_string()}});
  }
  for (const auto& pack : loaded.snapshot->packs()) {
    const auto installed = tool::sql::install_pack_schema(*parts.database, pack);
    if (!installed) return installed.error();
    if (!parts.is_demo) continue;
    const auto demo = tool::sql::install_demo_data(*parts.database, pack);
    if (!demo) return demo.error();
  }
  parts.kinds = make_tool_kinds(*parts.database);
  std::vector<tool::ToolKind*> kinds;
  for (const auto& kind : parts.kinds) kinds.push_back(kind.get());
  std::vector<registry::LoadProblem> problems;
  parts.catalog = pipeline::Catalog::make(loaded.snapshot, kinds, problems);
  if (!problems.empty()) return report(problems);
  return {};
}

}  // namespace

std::vector<policy::Gate*> Parts::gate_list() const {
  std::vector<policy::Gate*> list;
  for (const auto& gate : gates) list.push_back(gate.get());
  return list;
}

pipeline::ExecutorLimits Parts::executor_limits() const {
  pipeline::ExecutorLimits limits;
  limits.max_result_bytes = static_cast<std::size_t>(config.limits_for("voice").result_bytes);
  return limits;
}

Result<std::unique_ptr<Parts>> make_parts(PartsOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->config = std::move(options.config);
  parts->is_demo = options.is_demo;
  const auto& config = parts->config;

  telemetry::LogOptions log;
  log.level = config.log.level == "debug"   ? telemetry::LogLevel::debug
              : config.log.level == "warn"  ? telemetry::LogLevel::warn
              : config.log.level == "error" ? telemetry::LogLevel::error
              : config.log.level == "off"   ? telemetry::LogLevel::off
                                            : telemetry::LogLevel::info;
  log.format =
      config.log.format == "text" ? telemetry::LogFormat::text : telemetry::LogFormat::json;
  log.file = config.log.file;
  auto made_log = telemetry::make_log(parts->time, log);
  if (!made_log) return made_log.error();
  parts->log = std::move(*made_log);

  std::error_code ec;
  std::filesystem::create_directories(config.data, ec);
  if (ec) {
    return fail(ErrorType::permanent,
                "data: the folder " + config.data + " cannot be made: " + ec.message());
  }
  auto database = storage::Database::open({.path = config.database_or_default()});
  if (!database) return database.error();
  parts->database = std::move(*database);

  const auto loaded = load_catalog(*parts);
  if (!loaded) return loaded.error();
  parts->gates = make_gates(config);

  const auto audit_file =
      config.audit.file.empty() ? config.data + "/audit.jsonl" : config.audit.file;
  auto audit = FileAudit::open(audit_file, *parts->log);
  if (!audit) return audit.error();
  parts->file_audit = std::move(*audit);
  parts->audit = std::make_unique<CountingAudit>(parts->metrics, *parts->file_audit);

  auto keys = api::auth::load_auth_keys(config.auth);
  if (!keys) return keys.error();
  parts->secrets = std::make_unique<api::auth::ClientSecretStore>(parts->time, parts->random);
  parts->authenticator =
      std::make_unique<api::auth::Authenticator>(std::move(*keys), *parts->secrets, parts->time);
  parts->origins =
      std::make_unique<api::auth::OriginPolicy>(config.auth.allowed_origins, parts->is_demo);
  if (options.with_provider) {
    const auto provider = make_provider(*parts);
    if (!provider) return provider.error();
  }
  return parts;
}

}  // namespace callosum::app
