#pragma once

#include "registry/export/export.hpp"

namespace callosum::registry {

/// `tools` of a chat-completions request: `{type: "function", function: {name, description,
/// parameters}}`, with the long description where it fits.
const ToolExport& chat_export();

}  // namespace callosum::registry
