#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::xai {

/// Adds `xai` to the program. It runs until SIGTERM or SIGINT.
void add_command(CLI::App& program);

}  // namespace callosum::sim::xai
