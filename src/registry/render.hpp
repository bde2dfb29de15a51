#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "registry/snapshot.hpp"

namespace callosum::registry {

/// "1 tool", "2 tools".
std::string counted(std::size_t count, std::string_view what);
/// For people at a terminal: a table of all tools under the registry's version.
std::string render_tool_list(const Snapshot& snapshot);
/// One tool in full.
std::string render_tool(const ToolSpec& tool);
/// One line a problem: "FILE:LINE: FIELD: what was expected".
std::string render_problems(const std::vector<LoadProblem>& problems);
/// Problems, then warnings, then one line that says how it stands.
std::string render_lint(const LoadOutcome& outcome);

}  // namespace callosum::registry
