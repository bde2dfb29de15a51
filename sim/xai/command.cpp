#include "sim/xai/command.hpp"

#include "sim/realtime/sim_command.hpp"
#include "sim/xai/cloud.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai {

void add_command(CLI::App& program) {
  SimCommand command{
      .name = "xai", .description = "xAI's Grok Voice API", .make_script = {}, .make_cloud = {}};
  command.make_script = [] { return std::make_shared<XaiScript>(); };
  command.make_cloud = [](World& world, std::string key) {
    return std::make_unique<Cloud>(world, std::move(key));
  };
  add_sim_command(program, std::move(command));
}

}  // namespace callosum::sim::xai
