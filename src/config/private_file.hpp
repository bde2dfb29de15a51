#pragma once

#include <string>

#include "base/result.hpp"

namespace callosum::config {

/// FORBIDDEN where a key's file can be read by others than its owner; says how to mend it. One that
/// is not there passes: whoever reads it says so.
Result<void> check_private_file(const std::string& path);

}  // namespace callosum::config
