#pragma once

namespace callosum::app {

/// Parses the command line and runs its verb. The exit status.
int run_program(int argc, char** argv);

}  // namespace callosum::app
