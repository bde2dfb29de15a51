#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::deepgram {

/// `callosum-sim deepgram`: ears (live, Flux) and a mouth (Aura).
void add_command(CLI::App& program);

}  // namespace callosum::sim::deepgram
