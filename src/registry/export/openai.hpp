#pragma once

#include "registry/export/export.hpp"

namespace callosum::registry {

/// `session.tools` of the GA Realtime API: flat `{type: "function", name, description,
/// parameters}`.
const ToolExport& openai_export();

}  // namespace callosum::registry
