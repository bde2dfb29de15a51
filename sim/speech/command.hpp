#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::speech {

/// `callosum-sim speech`: mouths (ElevenLabs, Cartesia, OpenAI).
void add_command(CLI::App& program);

}  // namespace callosum::sim::speech
