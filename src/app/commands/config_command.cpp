#include "app/commands/config_command.hpp"

#include <CLI/CLI.hpp>

#include "config/render.hpp"

namespace callosum::app {

void add_config_options(CLI::App& verb, config::LoadRequest& request) {
  verb.add_option("--config", request.file, "YAML file (docs/configuration.md)")->type_name("FILE");
  // One value each time: CLI11 would otherwise take every word that follows.
  verb.add_option("--set", request.sets, "One key; may be repeated, wins over the file")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

ConfigCommand::ConfigCommand(Output output, config::Environment env) : output_(std::move(output)) {
  request_.env = std::move(env);
  request_.needs_secrets = false;
}

void ConfigCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("config", "Print the configuration in force, secrets masked");
  add_config_options(*verb_, request_);
  verb_->add_flag("--reference", reference_, "Print every key with its type, default and meaning");
}

bool ConfigCommand::is_selected() const { return verb_ && verb_->parsed(); }

int ConfigCommand::run() {
  if (reference_) {
    output_.out(config::render_reference());
    return 0;
  }
  const auto outcome = config::load(request_);
  for (const auto& warning : outcome.warnings)
    output_.err("warning: " + warning.to_string() + "\n");
  if (!outcome.ok()) {
    for (const auto& problem : outcome.problems) output_.err(problem.to_string() + "\n");
    return 1;
  }
  output_.out(config::render(outcome.config));
  return 0;
}

}  // namespace callosum::app
