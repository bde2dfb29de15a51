#include "sim/openai/command.hpp"

#include "sim/openai/cloud.hpp"
#include "sim/realtime/sim_command.hpp"

namespace callosum::sim::openai {

void add_command(CLI::App& program) {
  SimCommand command{.name = "openai",
                     .description = "OpenAI's Realtime API (GA)",
                     .make_script = {},
                     .make_cloud = {}};
  command.make_script = [] { return std::make_shared<Script>(); };
  command.make_cloud = [](World& world, std::string key) {
    return std::make_unique<Cloud>(world, std::move(key));
  };
  add_sim_command(program, std::move(command));
}

}  // namespace callosum::sim::openai
