#pragma once

#include "config/load.hpp"

namespace callosum::config {

/// Fetches the secrets that variables name, then asks what no single value can show: what must come
/// together, what excludes each other, what nobody could use.
void complete_and_check(const LoadRequest& request, LoadOutcome& outcome);

}  // namespace callosum::config
