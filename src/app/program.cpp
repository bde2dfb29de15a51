#include "app/program.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "app/commands/attack_command.hpp"
#include "app/commands/audit_command.hpp"
#include "app/commands/call_command.hpp"
#include "app/commands/chat_command.hpp"
#include "app/commands/config_command.hpp"
#include "app/commands/demo_command.hpp"
#include "app/commands/diff_command.hpp"
#include "app/commands/modes_command.hpp"
#include "app/commands/serve_command.hpp"
#include "app/commands/tenant_command.hpp"
#include "app/commands/token_command.hpp"
#include "app/commands/tool_command.hpp"
#include "app/commands/tools_command.hpp"
#include "app/compile_packs.hpp"
#include "base/sodium_start.hpp"
#include "base/text.hpp"

namespace callosum::app {

namespace {

/// What CLI11 says of one is that an argument was not expected.
std::string find_unknown_command(const CLI::App& app, int argc, char** argv) {
  const std::string_view asked = argc > 1 ? argv[1] : "";
  if (asked.empty() || asked.starts_with("-")) return {};
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == asked) return {};
    names.push_back(command->get_name());
  }
  const auto near = find_nearest(asked, {names.begin(), names.end()});
  return "callosum: there is no command " + std::string(asked) +
         (near.empty() ? "" : "; did you mean " + std::string(near) + "?") +
         "\nThere are: " + join(names, ", ") + ". Run with --help for more.\n";
}

/// The one place that knows whether what was printed got anywhere: a full disk behind `>` must not
/// look like a whole export.
int check_output(int status) {
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (is_written) return status;
  standard_output().err(
      "callosum: what was asked for could not be written to the standard output, or not all of it; "
      "is the disk full?\n");
  return status == 0 ? 1 : status;
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app("Callosum: any caller, any voice model, one safe set of tools.", "callosum");
  const auto started = start_sodium();
  if (!started) {
    standard_output().err("callosum: " + started.error().message + "\n");
    return 1;
  }
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("callosum ") + CALLOSUM_VERSION);
  SystemClock clock;
  SystemRandom random;
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<DemoCommand>(random));
  commands.push_back(std::make_unique<ServeCommand>());
  commands.push_back(std::make_unique<CallCommand>());
  commands.push_back(std::make_unique<ChatCommand>());
  commands.push_back(std::make_unique<ToolCommand>());
  commands.push_back(std::make_unique<ToolsCommand>(standard_output(), try_packs));
  commands.push_back(std::make_unique<AttackCommand>());
  commands.push_back(std::make_unique<DiffCommand>());
  commands.push_back(std::make_unique<ModesCommand>());
  commands.push_back(std::make_unique<TenantCommand>());
  commands.push_back(std::make_unique<AuditCommand>());
  commands.push_back(std::make_unique<TokenCommand>(clock, random));
  commands.push_back(std::make_unique<ConfigCommand>());
  for (const auto& command : commands) command->add_to(app);
  const auto complaint = find_unknown_command(app, argc, argv);
  if (!complaint.empty()) {
    standard_output().err(complaint);
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return check_output(status == 0 ? 0 : 2);
  }
  for (const auto& command : commands) {
    if (!command->is_selected()) continue;
    const int status = command->run();
    return command->is_for_its_output() ? check_output(status) : status;
  }
  return 2;
}

}  // namespace callosum::app
