#pragma once

#include <string>
#include <sys/types.h>

#include "base/result.hpp"

namespace callosum::config {

/// Root's or `own`'s (the gateway's user), and read by its owner alone, or root's and read by one
/// group as well: so secrets are mounted for a process that is not root. What everybody can read,
/// or others can write, is neither.
bool is_private(mode_t mode, uid_t owner, uid_t own);

/// FORBIDDEN where a key's file can be read by others than its owner; says how to mend it. One that
/// is not there passes: whoever reads it says so.
Result<void> check_private_file(const std::string& path);

/// What the file holds, of the very file that was judged: FORBIDDEN as above, NOT_FOUND where it
/// cannot be read.
Result<std::string> read_private_file(const std::string& path);

}  // namespace callosum::config
