#include "sim/gemini/command.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "sim/gemini/cloud.hpp"
#include "sim/serve.hpp"

namespace callosum::sim::gemini {
namespace {

struct Options {
  ListenOptions listen;
  std::string script_file;
  std::string key;
  std::string log_file;
  bool is_worst = false;
};

Result<void> run(const Options& options) {
  async::SystemTime time;
  SystemRandom random;
  EventLog log(time);
  World world(time, random, log);
  if (!options.script_file.empty()) {
    auto script = load_script(options.script_file);
    if (!script) return script.error();
    world.script = *script;
  }
  if (options.is_worst) {
    auto worst = std::make_shared<Script>(*world.script);
    worst->is_worst = true;
    world.script = std::move(worst);
  }
  if (!options.log_file.empty()) {
    const auto opened = log.open(options.log_file);
    if (!opened) return opened.error();
  }
  Cloud cloud(world, options.key);
  return serve_until_told(
      time, cloud, options.listen, "gemini",
      "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");
}

}  // namespace

void add_command(CLI::App& program) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand("gemini", "Google's Gemini Live API");
  add_listen_options(*command, options->listen);
  command->add_option("--script", options->script_file, "YAML file: what the sessions do");
  command->add_flag("--worst", options->is_worst, "The model does everything wrong on purpose");
  command->add_option("--key", options->key, "The only API key that is let in (else any)");
  command->add_option("--log", options->log_file, "JSON lines of every message, appended");
  command->callback([options] {
    const auto ended = run(*options);
    if (!ended) throw CLI::RuntimeError("callosum-sim: " + ended.error().message, 1);
  });
}

}  // namespace callosum::sim::gemini
