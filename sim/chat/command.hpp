#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::chat {

/// `callosum-sim chat`: an OpenAI-compatible chat server.
void add_command(CLI::App& program);

}  // namespace callosum::sim::chat
