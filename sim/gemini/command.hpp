#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::gemini {

/// Adds `gemini` to the program. It runs until SIGTERM or SIGINT.
void add_command(CLI::App& program);

}  // namespace callosum::sim::gemini
