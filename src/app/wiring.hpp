#pragma once

#include <memory>
#include <vector>

#include "app/parts.hpp"

namespace callosum::app {

// The one place that names concrete parts. A new provider, gate or tool kind is one line in
// wiring.cpp.

std::vector<std::unique_ptr<tool::ToolKind>> make_tool_kinds(storage::Database& database);
/// In the order they are asked (DESIGN "The way of one tool call").
std::vector<std::unique_ptr<policy::Gate>> make_gates(const config::Config& config);
/// Fills `parts.provider`. NOT_FOUND names the providers there are.
Result<void> make_provider(Parts& parts);

}  // namespace callosum::app
