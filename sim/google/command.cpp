#include "sim/google/command.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "sim/google/civil_time.hpp"
#include "sim/google/cloud.hpp"
#include "sim/serve.hpp"

namespace callosum::sim::google {
namespace {

struct Options {
  ListenOptions listen;
  std::vector<std::string> accounts{"john@work.example", "john@home.example"};
  std::string zone = "Europe/Amsterdam";
  std::string now;
  std::size_t token_life_s = 3600;
  std::string consent = "page";
  std::string script_file;
  std::string log_file;
  OAuthOptions oauth;
};

Result<WorldOptions> world_options(const Options& options) {
  WorldOptions out;
  out.token_life = std::chrono::seconds(options.token_life_s);
  if (options.now.empty()) return out;
  const auto ms = parse_time_ms(options.now);
  if (!ms) {
    return fail(ErrorType::validation,
                "--now must be like 2026-11-21T09:00:00+01:00, not '" + options.now + "'");
  }
  out.now = WallTime(std::chrono::milliseconds(*ms));
  return out;
}

Result<void> fill(World& world, const Options& options) {
  if (!is_zone(options.zone)) {
    return fail(ErrorType::validation,
                "--time-zone must be like Europe/Amsterdam, not '" + options.zone + "'");
  }
  for (const auto& email : options.accounts) {
    const auto added = world.accounts.add({email, options.zone});
    if (!added) return added.error();
  }
  if (options.script_file.empty()) return {};
  auto script = load_script(options.script_file);
  if (!script) return script.error();
  world.set_script(std::move(*script));
  return {};
}

Result<void> run(const Options& options) {
  async::SystemTime time;
  SystemRandom random;
  EventLog log(time);
  const auto given = world_options(options);
  if (!given) return given.error();
  World world(time, random, log, *given);
  const auto filled = fill(world, options);
  if (!filled) return filled.error();
  if (!options.log_file.empty()) {
    const auto opened = log.open(options.log_file);
    if (!opened) return opened.error();
  }
  auto oauth = options.oauth;
  oauth.consent = options.consent == "auto" ? ConsentMode::automatic : ConsentMode::page;
  Cloud cloud(world, std::move(oauth));
  return serve_until_told(time, cloud, options.listen, "google", "/");
}

}  // namespace

void add_command(CLI::App& program) {
  auto options = std::make_shared<Options>();
  options->listen.scheme = "http";
  auto* command = program.add_subcommand("google", "Google accounts: sign-in, Gmail and Calendar");
  add_listen_options(*command, options->listen);
  command->add_option("--account", options->accounts, "An address; as often as there are accounts")
      ->capture_default_str();
  command->add_option("--time-zone", options->zone, "Where the accounts live")
      ->capture_default_str();
  command->add_option("--now", options->now, "RFC 3339: the time that it starts at (else now)");
  command->add_option("--token-life", options->token_life_s, "Seconds that an access token lives")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command->add_option("--consent", options->consent, "page, or auto: granted without a question")
      ->check(CLI::IsMember({"page", "auto"}))
      ->capture_default_str();
  command->add_option("--client-id", options->oauth.client_id, "The only client (else any)");
  command->add_option("--client-secret", options->oauth.client_secret, "Its secret (else any)");
  command->add_option("--redirect-uri", options->oauth.redirect_uris,
                      "An address that codes may go to (else any of http and https)");
  command->add_option("--script", options->script_file, "YAML file: faults, and who consents");
  command->add_option("--log", options->log_file, "JSON lines of every request, appended");
  command->callback([options] {
    const auto ended = run(*options);
    if (!ended) throw CLI::RuntimeError("callosum-sim: " + ended.error().message, 1);
  });
}

}  // namespace callosum::sim::google
