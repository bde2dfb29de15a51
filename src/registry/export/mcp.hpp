#pragma once

#include "registry/export/export.hpp"

namespace callosum::registry {

/// `tools` of MCP's tools/list: `{name, description, inputSchema, annotations}`. Schemas pass as
/// written.
const ToolExport& mcp_export();

}  // namespace callosum::registry
