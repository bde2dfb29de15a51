#pragma once

#include <string>

#include "config/config.hpp"

namespace callosum::config {

/// YAML of everything in force. Secrets are "***"; each value that is no default says where it came
/// from.
std::string render(const Config& config);

/// docs/configuration.md: every key with type, default and meaning, out of the table that drives
/// the parser.
std::string render_reference();

}  // namespace callosum::config
