#pragma once

namespace callosum::app {

/// From here on this process leaves no memory behind when it crashes: keys and tokens are in it.
/// Nothing happens where the system does not let it.
void refuse_core_dumps();

}  // namespace callosum::app
