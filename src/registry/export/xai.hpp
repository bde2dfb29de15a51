#pragma once

#include "registry/export/export.hpp"

namespace callosum::registry {

/// `session.tools` of xAI's voice API: function tools, flat.
const ToolExport& xai_export();

}  // namespace callosum::registry
