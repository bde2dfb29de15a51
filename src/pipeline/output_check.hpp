#pragma once

#include "registry/envelope.hpp"
#include "registry/tool_spec.hpp"

namespace callosum::pipeline {

/// What a tool returned, as it may leave: INVALID_OUTPUT where it is not what the manifest
/// promises, OUTPUT_TOO_LARGE beyond the cap; a list is shortened honestly (`truncated`, with its
/// true count) before that. Without the fields that the manifest hides. Returns the bytes that
/// `data` takes as JSON; 0: an error.
std::size_t check_output(const registry::ToolSpec& tool, std::size_t max_bytes,
                         registry::Envelope& envelope);

}  // namespace callosum::pipeline
