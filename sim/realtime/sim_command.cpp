#include "sim/realtime/sim_command.hpp"

#include <CLI/CLI.hpp>

#include "sim/serve.hpp"
#include "sim/streaming.hpp"

namespace callosum::sim {
namespace {

struct Options {
  ListenOptions listen;
  std::string script_file;
  std::string key;
  std::string log_file;
  bool is_worst = false;
};

Result<void> run(const SimCommand& vendor, const Options& options) {
  async::SystemTime time;
  SystemRandom random;
  EventLog log(time);
  Stats stats;
  World world{time, random, log, stats};
  auto script = vendor.make_script();
  if (!options.script_file.empty()) {
    const auto loaded = load_script(options.script_file, script);
    if (!loaded) return loaded.error();
  }
  script->is_worst |= options.is_worst;
  world.script = std::move(script);
  if (!options.log_file.empty()) {
    const auto opened = log.open(options.log_file);
    if (!opened) return opened.error();
  }
  const auto cloud = vendor.make_cloud(world, options.key);
  return serve_streams_until_told(time, *cloud, options.listen, vendor.name, vendor.path);
}

}  // namespace

void add_sim_command(CLI::App& program, SimCommand vendor) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(vendor.name, vendor.description);
  add_listen_options(*command, options->listen);
  options->listen.scheme = vendor.scheme;
  command->add_option("--script", options->script_file, "YAML file: what the sessions do");
  command->add_flag("--worst", options->is_worst, "The model does everything wrong on purpose");
  command->add_option("--key", options->key, "The only API key that is let in (else any)");
  command->add_option("--log", options->log_file, "JSON lines of every event, appended");
  command->callback([vendor = std::move(vendor), options] {
    const auto ended = run(vendor, *options);
    if (!ended) throw CLI::RuntimeError("callosum-sim: " + ended.error().message, 1);
  });
}

}  // namespace callosum::sim
