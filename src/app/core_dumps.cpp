#include "app/core_dumps.hpp"

#include <sys/resource.h>

namespace callosum::app {

// Not PR_SET_DUMPABLE: /proc/PID/fd would be shut to those who watch over a gateway of their own.
void refuse_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace callosum::app
