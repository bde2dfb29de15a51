#include "sim/deepgram/command.hpp"

#include "sim/deepgram/cloud.hpp"

namespace callosum::sim::deepgram {

void add_command(CLI::App& program) {
  add_line_command(program, {.name = "deepgram",
                             .description = "Deepgram: live transcription, Flux and Aura",
                             .path = "/",
                             .make_cloud = [](ServiceWorld& world, std::string key) {
                               return std::make_unique<Cloud>(world, std::move(key));
                             }});
}

}  // namespace callosum::sim::deepgram
