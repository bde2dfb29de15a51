#pragma once

#include "registry/export/profile.hpp"

namespace callosum::registry {

/// The parameters in the subset of OpenAPI's Schema that Gemini's proto has: one type a schema in
/// upper case, `nullable`, text in `enum`, `anyOf` with nothing beside it, no references. What it
/// cannot say is dropped, told to the model in a description where that is short, and reported.
Parameters write_openapi_subset(const ToolSpec& tool, const ExportProfile& profile,
                                std::vector<Loss>& losses);

}  // namespace callosum::registry
