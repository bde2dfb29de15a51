#pragma once

#include "registry/export/export.hpp"

namespace callosum::registry {

/// `tools` of Gemini Live's setup and contextUpdate: `[{functionDeclarations: [...]}]`, with
/// `parameters` in the proto's own subset of OpenAPI.
const ToolExport& gemini_export();

/// The same with `parametersJsonSchema`: JSON Schema as it is, where the backend takes it.
const ToolExport& gemini_json_schema_export();

}  // namespace callosum::registry
