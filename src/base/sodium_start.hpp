#pragma once

#include "base/result.hpp"

namespace callosum {

/// Makes libsodium ready, once, from any thread: before anything is sealed. PERMANENT: it cannot be
/// used here.
Result<void> start_sodium();

}  // namespace callosum
