#pragma once

#include "app/parts.hpp"

namespace callosum::app {

/// Whether the process may open what so many threads keep open, and a session beside: before they
/// are made, as an event loop that gets no descriptor has no way to say so.
Result<void> check_open_files(std::size_t threads);

/// Shares out what the process may open among sessions and connections, and says so in the log.
/// Called once it holds what it keeps open: files and listeners, one of each a thread.
Result<void> limit_callers(Parts& parts, std::size_t threads);

}  // namespace callosum::app
