#pragma once

#include "app/parts.hpp"

namespace callosum::app {

/// Shares out what the process may open among sessions and connections, and says so in the log.
/// Called once it holds what it keeps open: files and listeners, one of each a thread.
Result<void> limit_callers(Parts& parts, std::size_t threads);

}  // namespace callosum::app
