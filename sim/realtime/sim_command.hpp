#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/server.hpp"
#include "sim/realtime/world.hpp"

namespace CLI {
class App;
}

namespace callosum::sim {

/// A vendor as a subcommand of the program.
struct SimCommand {
  std::string name;
  std::string description;
  std::function<std::shared_ptr<Script>()> make_script;
  std::function<std::unique_ptr<net::HttpHandler>(World&, std::string key)> make_cloud;
  std::string path = "/v1/realtime";  ///< of what it serves, as the first line has it
  std::string scheme = "ws";          ///< see ListenOptions
};

/// Adds it. It runs until SIGTERM or SIGINT.
void add_sim_command(CLI::App& program, SimCommand command);

}  // namespace callosum::sim
