#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::twilio {

/// `callosum-sim twilio`: a carrier that calls a gateway.
void add_command(CLI::App& program);

}  // namespace callosum::sim::twilio
