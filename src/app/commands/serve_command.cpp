#include "app/commands/serve_command.hpp"

#include <CLI/CLI.hpp>

#include "app/commands/config_command.hpp"
#include "app/core_dumps.hpp"
#include "app/gateway.hpp"
#include "app/packs_folder.hpp"
#include "app/signals.hpp"
#include "base/text.hpp"
#include "registry/lock.hpp"

namespace callosum::app {
namespace {

/// In production what runs is what was reviewed: the lock is written at the first start and holds
/// from then on.
Result<void> check_registry_lock(const Parts& parts) {
  if (!parts.config.registry_lock) return {};
  const std::filesystem::path path = parts.config.data + "/registry.lock";
  const auto snapshot = parts.editions->current()->snapshot();
  auto checked = registry::check_lock(path, *snapshot);
  if (checked) return checked;
  if (checked.error().type != ErrorType::not_found) {
    return fail(checked.error().type, checked.error().message + "\nIf this is meant, remove " +
                                          path.string() + " or set registry.lock to false.");
  }
  return registry::write_lock(path, *snapshot);
}

/// ", then xai" where others take over.
std::string fallback_of(const config::Config& config) {
  return config.fallback.empty() ? "" : ", then " + join(config.fallback, ", then ");
}

Result<std::unique_ptr<Gateway>> prepare(config::Config config) {
  if (config.packs.empty()) {
    auto folder = find_packs_folder();
    if (!folder) return folder.error();
    config.packs = {folder->string()};
  }
  auto parts = make_parts({.config = std::move(config), .is_demo = false, .with_provider = true});
  if (!parts) return parts.error();
  const auto locked = check_registry_lock(**parts);
  if (!locked) return locked.error();
  GatewayOptions options;
  const auto& tls = (*parts)->config.tls;
  if (!tls.cert.empty()) {
    auto context = net::make_server_tls(tls.cert, tls.key);
    if (!context) return context.error();
    options.tls = std::move(*context);
  }
  return Gateway::make(std::move(*parts), options);
}

}  // namespace

ServeCommand::ServeCommand(Output output, config::Environment env) : output_(std::move(output)) {
  request_.env = std::move(env);
}

void ServeCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("serve", "Run the gateway as configured");
  add_config_options(*verb_, request_);
}

bool ServeCommand::is_selected() const { return verb_ && verb_->parsed(); }

int ServeCommand::run() {
  refuse_core_dumps();
  hold_hangups();
  auto outcome = config::load(request_);
  for (const auto& warning : outcome.warnings) {
    output_.err("warning: " + warning.to_string() + "\n");
  }
  auto config = config::config_or_error(std::move(outcome));
  if (!config) {
    output_.err(config.error().message + "\n");
    return 1;
  }
  auto gateway = prepare(std::move(*config));
  if (!gateway) {
    output_.err("callosum serve: " + gateway.error().message + "\n");
    if (!gateway.error().detail.empty()) output_.err("  " + gateway.error().detail + "\n");
    return 1;
  }
  const auto& parts = (*gateway)->parts();
  const std::string scheme = parts.config.tls.cert.empty() ? "http" : "https";
  const auto main = to_string(config::ListenAddress{parts.config.listen.host, (*gateway)->port()});
  const auto admin =
      to_string(config::ListenAddress{parts.config.admin_listen.host, (*gateway)->admin_port()});
  output_.out("callosum listening on " + scheme + "://" + main + ", admin on http://" + admin +
              ", provider " + parts.config.provider + fallback_of(parts.config) + ", registry " +
              parts.editions->current()->snapshot()->version() + "\n");
  return (*gateway)->run();
}

}  // namespace callosum::app
