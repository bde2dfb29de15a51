#include "sim/chat/command.hpp"

#include "sim/chat/cloud.hpp"
#include "sim/realtime/sim_command.hpp"

namespace callosum::sim::chat {

void add_command(CLI::App& program) {
  SimCommand command{.name = "chat",
                     .description = "An OpenAI-compatible chat server, streamed, with tools",
                     .make_script = {},
                     .make_cloud = {},
                     .path = "/v1",
                     .scheme = "http"};
  command.make_script = [] { return std::make_shared<ChatScript>(); };
  command.make_cloud = [](World& world, std::string key) {
    return std::make_unique<Cloud>(world, std::move(key));
  };
  add_sim_command(program, std::move(command));
}

}  // namespace callosum::sim::chat
