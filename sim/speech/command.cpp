#include "sim/speech/command.hpp"

#include "sim/speech/cloud.hpp"

namespace callosum::sim::speech {

void add_command(CLI::App& program) {
  add_line_command(program, {.name = "speech",
                             .description = "Mouths: ElevenLabs, Cartesia, OpenAI's speech",
                             .path = "/",
                             .make_cloud = [](ServiceWorld& world, std::string key) {
                               return std::make_unique<Cloud>(world, std::move(key));
                             }});
}

}  // namespace callosum::sim::speech
