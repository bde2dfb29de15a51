// The simulators of the vendors' clouds, one subcommand each.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "sim/chat/command.hpp"
#include "sim/deepgram/command.hpp"
#include "sim/gemini/command.hpp"
#include "sim/google/command.hpp"
#include "sim/openai/command.hpp"
#include "sim/speech/command.hpp"
#include "sim/twilio/command.hpp"
#include "sim/xai/command.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("The far side of Callosum's wires, for tests: vendors' clouds on this machine.",
                   "callosum-sim");
  program.require_subcommand(1);
  callosum::sim::openai::add_command(program);
  callosum::sim::xai::add_command(program);
  callosum::sim::gemini::add_command(program);
  callosum::sim::chat::add_command(program);
  callosum::sim::google::add_command(program);
  callosum::sim::twilio::add_command(program);
  callosum::sim::deepgram::add_command(program);
  callosum::sim::speech::add_command(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::RuntimeError& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return e.get_exit_code();
  } catch (const CLI::ParseError& e) {
    return program.exit(e);
  }
  return 0;
}
