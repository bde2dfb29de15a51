#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// What calls that came in have taken, from `since_ms` on. A minute that has begun counts whole, as
/// carriers count.
struct CallUse {
  std::int64_t calls = 0;    ///< of this caller, at this business: numbers are forged
  std::int64_t minutes = 0;  ///< of this business, everybody's
};

/// Whose; `caller` empty: withheld, whose calls cannot be told apart and are not counted.
struct CallUseOf {
  std::string tenant_id, caller;
  std::int64_t since_ms = 0;
  std::int64_t now_ms = 0;
  std::int64_t longest_ms = 0;  ///< a call whose end nobody has seen is taken to be over then
};

/// Within the caller's transaction.
Result<CallUse> count_call_use(sqlite::Connection& connection, const CallUseOf& of);

}  // namespace callosum::storage
