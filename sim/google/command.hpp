#pragma once

namespace CLI {
class App;
}

namespace callosum::sim::google {

/// `callosum-sim google`: connected accounts, their mail and their calendars.
void add_command(CLI::App& program);

}  // namespace callosum::sim::google
