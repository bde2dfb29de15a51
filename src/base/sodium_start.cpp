#include "base/sodium_start.hpp"

#include <sodium.h>

namespace callosum {

Result<void> start_sodium() {
  static const bool is_ready = ::sodium_init() >= 0;
  if (is_ready) return {};
  return fail(ErrorType::permanent,
              "libsodium cannot be started: without it nothing can be kept secret");
}

}  // namespace callosum
