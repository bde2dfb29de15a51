#pragma once

#include <memory>

#include "tool/tool_kind.hpp"

namespace callosum::app {

/// A kind whose tools are compiled as ever and then reach nobody: a call that gets this far is
/// answered TRANSIENT. For tools with backends of their own, while their packs are attacked.
std::unique_ptr<tool::ToolKind> make_dry(std::unique_ptr<tool::ToolKind> kind);

}  // namespace callosum::app
