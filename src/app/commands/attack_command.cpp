#include "app/commands/attack_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include "app/commands/config_command.hpp"
#include "app/commands/run_alone.hpp"
#include "app/packs_folder.hpp"
#include "app/planner.hpp"
#include "app/trial_folder.hpp"
#include "storage/sqlite/copy.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

api::auth::Principal worst_principal(const AttackData& data, const registry::Snapshot& snapshot) {
  api::auth::Principal principal;
  principal.subject = "attack";
  principal.email = "attack@example.com";
  principal.tenants = {data.victim().id};
  principal.phone = data.victim().phone;
  principal.assurance = registry::Assurance::verified;
  for (const auto& tool : snapshot.tools()) {
    principal.roles.insert(principal.roles.end(), tool.roles.begin(), tool.roles.end());
  }
  return principal;
}

asio::awaitable<Result<AttackReport>> attack_as(Parts& parts, AttackData& data,
                                                api::auth::Principal principal) {
  Planner planner(parts);
  auto planning = planner.plan_call(std::move(principal), data.victim().id);
  auto request = co_await std::move(planning);
  if (!request) co_return request.error();
  Attack attack(parts, data, std::move(*request));
  auto report = co_await attack.run();
  co_return report;
}

}  // namespace

AttackCommand::AttackCommand(Output output, config::Environment env) : output_(std::move(output)) {
  config_.env = std::move(env);
  config_.needs_secrets = false;
}

void AttackCommand::add_to(CLI::App& app) {
  verb_ = app.get_subcommand("tools")->add_subcommand(
      "attack", "A worst model against the packs, on a copy of the data: 0 if it got nothing");
  verb_->add_option("--packs", folders_, "Folder of packs, or one pack; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb_->add_option("--tenant", tenant_, "The business: slug or id (default: with most rows)")
      ->type_name("T");
  verb_->add_flag("--json", json_, "One line of JSON, for programs");
  add_config_options(*verb_, config_);
  verb_->add_option("--data", data_, "The data folder of a gateway here: a copy of it is attacked")
      ->type_name("DIR");
}

bool AttackCommand::is_selected() const { return verb_ && verb_->parsed(); }

Result<config::Config> AttackCommand::configure(const std::filesystem::path& folder) {
  if (!data_.empty()) config_.sets.insert(config_.sets.begin(), "data=" + data_);
  auto config = config::config_or_error(config::load(config_));
  if (!config) return config;
  if (!folders_.empty()) config->packs = folders_;
  if (config->packs.empty()) {
    auto found = find_packs_folder();
    if (!found) return found.error();
    config->packs = {found->string()};
  }
  // Without a configuration: the packs' own demo data.
  const bool has_data = !config_.file.empty() || !config_.sets.empty();
  if (has_data) {
    const std::filesystem::path database = config->database_or_default();
    if (!std::filesystem::exists(database)) {
      return fail(
          ErrorType::not_found,
          "there is no database " + database.string() +
              "; leave --data, --config and --set out to attack the packs with their demo data");
    }
    const auto copied = storage::sqlite::copy_database(database, folder / "callosum.db");
    if (!copied) return copied.error();
  }
  config->data = folder.string();
  config->database.clear();
  config->log = {};
  config->log.level = "off";
  config->audit.sync = "grouped";
  // What a rate would hold off for a minute it would not hold off for a day.
  config->reads_per_minute = 0;
  config->writes_per_minute = 0;
  return config;
}

Result<int> AttackCommand::attack(const std::filesystem::path& folder) {
  auto config = configure(folder);
  if (!config) return config.error();
  const bool has_data = std::filesystem::exists(folder / "callosum.db");
  asio::io_context context(1);
  auto parts = make_parts({.config = std::move(*config),
                           .is_demo = !has_data,
                           .with_provider = false,
                           .reaches_backends = false});
  if (!parts) return parts.error();
  const auto snapshot = (*parts)->editions->current()->snapshot();
  auto data = AttackData::open((*parts)->database->options().path, *snapshot, tenant_);
  if (!data) return data.error();
  const auto planted = (*data)->plant(planted_orders(*snapshot, (*data)->foreign_id()));
  if (!planted) return planted.error();
  if (!json_) {
    output_.err("attacking " + std::to_string(snapshot->tools().size()) + " tools as " +
                (*data)->victim().slug + ", on a copy of the " +
                (has_data ? "database" : "packs' demo data") +
                "; backends of http and process tools are not reached\n");
  }
  auto work = attack_as(**parts, **data, worst_principal(**data, *snapshot));
  const auto report = run_alone(context, std::move(work));
  if (!report) return report.error();
  output_.out(json_ ? encode_report(*report) + "\n" : render_report(*report, **data));
  return report->is_held() ? 0 : 1;
}

int AttackCommand::run() {
  const TrialFolder folder;
  const auto status = attack(folder.path());
  if (status) return *status;
  output_.err("callosum tools attack: " + status.error().message + "\n");
  if (!status.error().detail.empty()) output_.err("  " + status.error().detail + "\n");
  return 2;
}

}  // namespace callosum::app
