#pragma once

#include <cstddef>
#include <memory>

#include "config/config.hpp"
#include "telemetry/log.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::tool::process {

struct ProcessOptions {
  std::size_t max_per_tenant = 64;  ///< waiting and running; beyond it RATE_LIMIT
  bool is_trial = false;            ///< no secret is looked for; such handlers are not to be run
};

/// The kind "process": calls and answers as JSON lines to a program that stays, started without a
/// shell in a group of its own. The kind outlives its handlers and their runs; `log` outlives it.
std::unique_ptr<ToolKind> make_process_kind(const config::Config& config, telemetry::Log& log,
                                            const ProcessOptions& options = {});

}  // namespace callosum::tool::process
